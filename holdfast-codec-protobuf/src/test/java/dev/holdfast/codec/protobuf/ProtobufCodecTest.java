package dev.holdfast.codec.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.UninterpretedOption;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ListValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Messages come back as they were, older and newer ones as documented. */
class ProtobufCodecTest {
  private static final Codec<Struct> STRUCTS = ProtobufCodec.of(Struct.getDefaultInstance());
  private static final Codec<Timestamp> TIMES = ProtobufCodec.of(Timestamp.getDefaultInstance());

  @Test
  @DisplayName("a record holds the bytes of the message and nothing else")
  void bytesOfTheMessage() throws CodecException {
    var time = Timestamp.newBuilder().setSeconds(1234).setNanos(5).build();
    assertArrayEquals(time.toByteArray(), Codecs.toBytes(TIMES, time));
    assertEquals(time, Codecs.fromBytes(TIMES, Codecs.toBytes(TIMES, time)));
    assertEquals(0, Codecs.toBytes(TIMES, Timestamp.getDefaultInstance()).length);
    assertEquals(Timestamp.getDefaultInstance(), Codecs.fromBytes(TIMES, new byte[0]));
  }

  @Test
  @DisplayName("equal maps give equal bytes, whatever the order they were filled in")
  void mapsAreSorted() throws CodecException {
    var keys = new ArrayList<String>();
    for (var n = 0; n < 300; n++) {
      keys.add("key" + n);
    }
    var forth = Codecs.toBytes(STRUCTS, struct(keys));
    Collections.reverse(keys);
    assertArrayEquals(forth, Codecs.toBytes(STRUCTS, struct(keys)));
    assertEquals(struct(keys), Codecs.fromBytes(STRUCTS, forth));
  }

  private static Struct struct(List<String> keys) {
    var struct = Struct.newBuilder();
    keys.forEach(key -> struct.putFields(key, Value.newBuilder().setStringValue("of " + key).build()));
    return struct.build();
  }

  @Test
  @DisplayName("a message nested deeper than what is read is not written")
  void nesting() throws CodecException {
    var codec = ProtobufCodec.of(Value.getDefaultInstance());
    var value = Value.newBuilder().setBoolValue(true).build();
    var deepest = 0;
    for (var depth = 1; depth < 3_000; depth++) {
      value = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(value)).build();
      if (2 * depth <= ProtobufCodec.MAX_DEPTH) {
        assertEquals(value, Codecs.fromBytes(codec, Codecs.toBytes(codec, value)));
        deepest = depth;
      }
    }
    assertEquals(ProtobufCodec.MAX_DEPTH / 2, deepest);
    var tooDeep = value;
    var e = assertThrows(CodecException.class, () -> Codecs.toBytes(codec, tooDeep));
    assertTrue(String.valueOf(e.getMessage()).startsWith("cannot be written as google.protobuf.Value: "), e::toString);
  }

  @Test
  @DisplayName("a message without a required field is neither written nor read")
  void requiredFields() {
    var codec = ProtobufCodec.of(UninterpretedOption.NamePart.getDefaultInstance());
    var partial = UninterpretedOption.NamePart.newBuilder().setNamePart("a").buildPartial();
    var written = assertThrows(CodecException.class, () -> Codecs.toBytes(codec, partial));
    assertTrue(String.valueOf(written.getMessage()).contains("is_extension"), written::toString);
    var read = assertThrows(CodecException.class, () -> Codecs.fromBytes(codec, partial.toByteArray()));
    assertTrue(String.valueOf(read.getMessage()).contains("required"), read::toString);
  }

  @Test
  @DisplayName("fields of a newer program are kept, and written again")
  void unknownFieldsAreKept() throws CodecException {
    var schemas = new Schemas();
    var older = ProtobufCodec.of(schemas.older);
    var newer = ProtobufCodec.of(schemas.newer);
    var entry = schemas.newEntry("a", 7, Map.of("owner", "me"));
    var seen = Codecs.fromBytes(older, Codecs.toBytes(newer, entry));
    assertEquals("a", seen.getField(schemas.older.getDescriptorForType().findFieldByName("key")));
    assertEquals(entry, Codecs.fromBytes(newer, Codecs.toBytes(older, seen)));
  }

  @Test
  @DisplayName("on request fields and constants of a newer program are refused, and named")
  void unknownFieldsAreRefused() throws CodecException {
    var schemas = new Schemas();
    var strict = ProtobufCodec.of(schemas.older).refusingUnknownFields();
    var newer = ProtobufCodec.of(schemas.newer);
    refuses(strict, Codecs.toBytes(newer, schemas.newEntry("a", 1, Map.of("owner", "me"))), "Entry has no field [5]");
    refuses(strict, Codecs.toBytes(newer, schemas.newEntry("a", 7, Map.of())), "Entry.level has no constant 7");
    refuses(strict, Codecs.toBytes(newer, schemas.withInner("b")), "Entry.Inner has no field [2]");
    var known = Codecs.fromBytes(strict, Codecs.toBytes(newer, schemas.newEntry("a", 1, Map.of())));
    assertEquals("a", known.getField(schemas.older.getDescriptorForType().findFieldByName("key")));
    assertEquals(7,
        Codecs.fromBytes(STRUCTS, Codecs.toBytes(STRUCTS, struct(List.of("1", "2", "3", "4", "5", "6", "7"))))
            .getFieldsCount());
    assertEquals(struct(List.of("a")), Codecs.fromBytes(ProtobufCodec.of(Struct.getDefaultInstance())
        .refusingUnknownFields(), Codecs.toBytes(STRUCTS, struct(List.of("a")))));
  }

  @Test
  @DisplayName("the new program reads what the old one wrote: what is missing has its default")
  void newReadsOld() throws CodecException {
    var schemas = new Schemas();
    var bytes = Codecs.toBytes(ProtobufCodec.of(schemas.older), schemas.oldEntry("a"));
    var entry = Codecs.fromBytes(ProtobufCodec.of(schemas.newer).refusingUnknownFields(), bytes);
    assertEquals(schemas.newEntry("a", 0, Map.of()), entry);
  }

  @Test
  @DisplayName("a message of another type is refused, even if its class is the same")
  void otherTypes() {
    var schemas = new Schemas();
    var codec = ProtobufCodec.of(schemas.older);
    var e = assertThrows(CodecException.class, () -> Codecs.toBytes(codec, schemas.newEntry("a", 1, Map.of())));
    assertTrue(String.valueOf(e.getMessage()).contains("another type"), e::toString);
  }

  @Test
  @DisplayName("the buffer is read to its end and not kept")
  void bufferIsNotKept() throws CodecException {
    var codec = ProtobufCodec.of(BytesValue.getDefaultInstance());
    var entry = BytesValue.of(ByteString.copyFrom("secret", UTF_8));
    var bytes = Codecs.toBytes(codec, entry);
    var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    var back = codec.decode(direct);
    assertEquals(0, direct.remaining());
    direct.clear().put(new byte[bytes.length]);
    assertEquals(entry, back);
  }

  @Test
  @DisplayName("half a surrogate pair becomes a question mark, as documented")
  void halfASurrogatePair() throws CodecException {
    var codec = ProtobufCodec.of(StringValue.getDefaultInstance());
    var back = Codecs.fromBytes(codec, Codecs.toBytes(codec, StringValue.of("a\ud800")));
    assertNotEquals("a\ud800", back.getValue());
    assertEquals("a?", back.getValue());
  }

  @Test
  @DisplayName("bytes that are no message are refused, and the message says why")
  void malformed() {
    refuses(TIMES, HexFormat.of().parseHex("08"), "google.protobuf.Timestamp");
    refuses(TIMES, HexFormat.of().parseHex("0aff"), "google.protobuf.Timestamp");
    refuses(TIMES, HexFormat.of().parseHex("00"), "invalid tag");
    refuses(TIMES, HexFormat.of().parseHex("0c"), "end-group tag");
    refuses(STRUCTS, HexFormat.of().parseHex("0a7f61"), "ended unexpectedly");
    refuses(ProtobufCodec.of(StringValue.getDefaultInstance()), HexFormat.of().parseHex("0a02c080"), "UTF-8");
  }

  private static void refuses(Codec<?> codec, byte[] bytes, String expected) {
    var e = assertThrows(CodecException.class, () -> Codecs.fromBytes(codec, bytes));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }

  @Test
  @DisplayName("types without an end of their own are known from their declaration")
  void nestingOfTypes() {
    assertTrue(Nesting.mayExceed(Value.getDescriptor(), ProtobufCodec.MAX_DEPTH));
    assertTrue(Nesting.mayExceed(Struct.getDescriptor(), ProtobufCodec.MAX_DEPTH));
    assertTrue(Nesting.mayExceed(FieldDescriptorProto.getDescriptor(), ProtobufCodec.MAX_DEPTH));
    assertTrue(!Nesting.mayExceed(Timestamp.getDescriptor(), 1));
    assertTrue(!Nesting.mayExceed(new Schemas().newer.getDescriptorForType(), 2));
    assertTrue(Nesting.mayExceed(new Schemas().newer.getDescriptorForType(), 1));
    assertEquals(DynamicMessage.class, new Schemas().newer.getClass());
  }
}
