package dev.holdfast.codec.records.comparison;

import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.codec.records.RecordCodec;
import java.util.ArrayList;
import java.util.List;
import org.apache.fory.Fory;
import org.apache.fory.config.CompatibleMode;
import tools.jackson.dataformat.cbor.CBORMapper;

/** A serializer, set up for one type. */
interface Contender {
  byte[] encode(Object entry) throws CodecException;

  Object decode(byte[] bytes) throws CodecException;

  /** How to make one for a type. */
  record Kind(String name, Maker maker) {}

  /** Makes one. */
  interface Maker {
    Contender forType(Class<?> type, Class<?>... parts);
  }

  /** Returns all that are compared. */
  static List<Kind> all() {
    var kinds = new ArrayList<Kind>();
    kinds.add(new Kind("RecordCodec", (type, _) -> codec(type)));
    kinds.add(new Kind("Jackson CBOR alone", (type, _) -> jackson(type)));
    kinds.add(new Kind("Fory", (type, parts) -> fory(CompatibleMode.SCHEMA_CONSISTENT, type, parts)));
    kinds.add(new Kind("Fory, compatible", (type, parts) -> fory(CompatibleMode.COMPATIBLE, type, parts)));
    return List.copyOf(kinds);
  }

  private static <E> Contender codec(Class<E> type) {
    var codec = RecordCodec.of(type);
    return new Contender() {
      @Override
      public byte[] encode(Object entry) throws CodecException {
        return Codecs.toBytes(codec, type.cast(entry));
      }

      @Override
      public Object decode(byte[] bytes) throws CodecException {
        return Codecs.fromBytes(codec, bytes);
      }
    };
  }

  /** As it comes: it has no names for the records of a sealed interface, so it is told the record. */
  private static Contender jackson(Class<?> type) {
    var mapper = CBORMapper.builder().build();
    var reader = mapper.readerFor(type);
    var writer = mapper.writerFor(type);
    return new Contender() {
      @Override
      public byte[] encode(Object entry) {
        return writer.writeValueAsBytes(entry);
      }

      @Override
      public Object decode(byte[] bytes) {
        return reader.readValue(bytes);
      }
    };
  }

  private static Contender fory(CompatibleMode mode, Class<?> type, Class<?>... parts) {
    var fory = Fory.builder().withXlang(false).requireClassRegistration(true).withCompatibleMode(mode).build();
    fory.register(type, 1000);
    for (var i = 0; i < parts.length; i++) {
      fory.register(parts[i], 1001 + i);
    }
    return new Contender() {
      @Override
      public byte[] encode(Object entry) {
        return fory.serialize(entry);
      }

      @Override
      public Object decode(byte[] bytes) {
        return fory.deserialize(bytes);
      }
    };
  }
}
