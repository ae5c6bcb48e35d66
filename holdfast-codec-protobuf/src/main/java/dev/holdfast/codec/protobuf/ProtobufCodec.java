package dev.holdfast.codec.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.PayloadWriter;
import dev.holdfast.RecordTooLargeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Entries that are messages of Protocol Buffers, of one type. A record holds the bytes of the message and nothing else.
 * Entries of several types are a message with a {@code oneof}.
 *
 * <p>
 * <b>Equal bytes.</b> Maps are written in the order of their keys, so the same message gives the same bytes as long as
 * the library stays the same; Protocol Buffers promise no more than that. Unknown fields keep their order among
 * themselves.
 *
 * <p>
 * <b>Evolution</b> follows the rules of Protocol Buffers: a field that is missing has its default, one that is unknown
 * is kept in the message and written again with it. So a program reads what a newer one wrote, and does not notice what
 * it does not understand. Where that would lead to another state, {@link #refusingUnknownFields} makes it an error.
 *
 * <p>
 * <b>Hostile bytes</b> give a {@link CodecException}, in time and memory proportional to their number. Messages nested
 * deeper than {@value #MAX_DEPTH} are refused, written or read. A message without a required field (of {@code proto2})
 * is neither written nor read. What an {@code Any} contains is not looked at. Of a type that contains itself, and of
 * the lite run time, each message written is read again before it is appended, because only that shows how deep it is.
 *
 * <p>
 * Half a surrogate pair in a text is written as a question mark: Protocol Buffers do that everywhere, and nobody is
 * told.
 *
 * <p>
 * Safe for use by many threads.
 *
 * @param <M> the messages
 */
public final class ProtobufCodec<M extends MessageLite> implements Codec<M> {
  /** How deep messages may be nested. */
  public static final int MAX_DEPTH = 100;

  private final M prototype;
  private final Parser<M> parser;
  private final ExtensionRegistryLite extensions;
  private final Unknown unknown;
  /** Whether a message can be nested so deep that it would not be read; then what is written is read at once. */
  private final boolean mayBeDeep;

  /** What becomes of fields that the message's type does not have. */
  private enum Unknown {
    KEPT, REFUSED
  }

  @SuppressWarnings("unchecked") // a message's parser makes messages of its type
  private ProtobufCodec(M prototype, ExtensionRegistryLite extensions, Unknown unknown) {
    this.prototype = prototype;
    this.parser = (Parser<M>) prototype.getParserForType();
    this.mayBeDeep = !(prototype instanceof Message message)
        || Nesting.mayExceed(message.getDescriptorForType(), MAX_DEPTH);
    this.extensions = extensions;
    this.unknown = unknown;
  }

  /**
   * Returns a codec for messages of one type.
   *
   * @param prototype any message of the type, usually {@code getDefaultInstance()}
   */
  public static <M extends MessageLite> ProtobufCodec<M> of(M prototype) {
    return new ProtobufCodec<>(Objects.requireNonNull(prototype, "prototype"),
        ExtensionRegistryLite.getEmptyRegistry(), Unknown.KEPT);
  }

  /** Returns this codec with extensions (of {@code proto2}) that are read as such; without, they are unknown fields. */
  public ProtobufCodec<M> withExtensions(ExtensionRegistryLite registry) {
    return new ProtobufCodec<>(prototype, Objects.requireNonNull(registry, "registry"), unknown);
  }

  /**
   * Returns this codec so that it refuses entries with fields, or numbers of an enum, that it does not know, at any
   * depth. It looks at every field of what it reads.
   *
   * @throws IllegalArgumentException if the messages are of the lite run time, which cannot tell
   */
  public ProtobufCodec<M> refusingUnknownFields() {
    if (!(prototype instanceof Message)) {
      throw new IllegalArgumentException("prototype must be a Message, not only a MessageLite: "
          + prototype.getClass().getName());
    }
    return new ProtobufCodec<>(prototype, extensions, Unknown.REFUSED);
  }

  @Override
  public void encode(M entry, PayloadWriter out) throws CodecException {
    try {
      requireWritable(entry);
      var buffer = out.reserve(entry.getSerializedSize());
      var written = buffer.duplicate();
      var coded = CodedOutputStream.newInstance(buffer);
      coded.useDeterministicSerialization();
      entry.writeTo(coded);
      coded.flush();
      coded.checkNoSpaceLeft();
      if (mayBeDeep) {
        parse(copyOf(written));
      }
    } catch (RecordTooLargeException e) {
      throw e;
    } catch (IOException | CodecException e) {
      throw new CodecException("cannot be written as " + name() + ": " + e.getMessage(), e);
    } catch (RuntimeException | StackOverflowError e) {
      throw new CodecException("cannot be written as " + name() + ": " + e, e);
    }
  }

  private void requireWritable(M entry) throws CodecException {
    if (prototype instanceof Message expected && entry instanceof Message message
        && message.getDescriptorForType() != expected.getDescriptorForType()) {
      throw new CodecException("a message of another type, " + message.getDescriptorForType().getFullName());
    }
    if (!entry.isInitialized()) {
      throw new CodecException("a required field is missing"
          + (entry instanceof Message message ? ": " + message.getInitializationErrorString() : ""));
    }
  }

  /** {@inheritDoc} The bytes are copied first: they may lie in a mapped file, which no parser should read. */
  @Override
  public M decode(ByteBuffer in) throws CodecException {
    var bytes = copyOf(in);
    try {
      var message = parse(bytes);
      if (unknown == Unknown.REFUSED) {
        KnownFields.require((Message) message);
      }
      return message;
    } catch (InvalidProtocolBufferException | CodecException e) {
      throw new CodecException("not a readable " + name() + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new CodecException("not a readable " + name() + ": " + e, e);
    }
  }

  private M parse(byte[] bytes) throws IOException {
    var coded = CodedInputStream.newInstance(bytes);
    coded.setRecursionLimit(MAX_DEPTH);
    var message = parser.parseFrom(coded, extensions);
    coded.checkLastTagWas(0);
    return message;
  }

  private static byte[] copyOf(ByteBuffer in) {
    var bytes = new byte[in.remaining()];
    in.get(bytes);
    return bytes;
  }

  private String name() {
    return prototype instanceof Message message
        ? message.getDescriptorForType().getFullName()
        : prototype.getClass().getSimpleName();
  }
}
