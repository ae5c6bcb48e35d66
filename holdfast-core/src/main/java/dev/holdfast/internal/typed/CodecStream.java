package dev.holdfast.internal.typed;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.EntryCodecException;
import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.Replay;
import dev.holdfast.ReplayMode;
import dev.holdfast.TypedCursor;
import dev.holdfast.TypedRecord;
import dev.holdfast.TypedStream;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.stream.EngineStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A stream seen through a codec.
 *
 * @param <E> the entries
 */
public final class CodecStream<E> implements TypedStream<E> {
  private final EngineStream stream;
  private final Codec<E> codec;
  private final PayloadBuffers buffers;

  /** Creates the view. */
  public CodecStream(EngineStream stream, Codec<E> codec, WalOptions options) {
    this.stream = stream;
    this.codec = Objects.requireNonNull(codec, "codec");
    this.buffers = new PayloadBuffers(options);
  }

  @Override
  public LogStream stream() {
    return stream;
  }

  @Override
  public Codec<E> codec() {
    return codec;
  }

  // ---- appending

  /** Something done with the bytes of an entry, of which it keeps nothing. */
  private interface Append<T> {
    T append(byte[] source, int offset, int length);
  }

  private <T> T encoded(E entry, Append<T> append) {
    Objects.requireNonNull(entry, "entry");
    var buffer = buffers.take();
    try {
      buffer.encode(codec, entry);
      return append.append(buffer.array(), 0, buffer.size());
    } catch (CodecException e) {
      throw new EntryCodecException(name(), -1, "", -1, String.valueOf(e.getMessage()), e);
    } finally {
      buffers.giveBack(buffer);
    }
  }

  private List<byte[]> encoded(List<? extends E> entries) {
    var records = new ArrayList<byte[]>(entries.size());
    for (E entry : entries) {
      records.add(encoded(entry, (source, _, length) -> Arrays.copyOf(source, length)));
    }
    return records;
  }

  @Override
  public long append(E entry) {
    return encoded(entry, stream::append);
  }

  @Override
  public CompletableFuture<Long> appendAsync(E entry) {
    return orFailed(() -> encoded(entry, stream::appendAsync));
  }

  @Override
  public IdRange appendBatch(List<? extends E> entries) {
    return stream.appendBatch(encoded(entries));
  }

  @Override
  public CompletableFuture<IdRange> appendBatchAsync(List<? extends E> entries) {
    return orFailed(() -> stream.appendBatchAsync(encoded(entries)));
  }

  private static <T> CompletableFuture<T> orFailed(Supplier<CompletableFuture<T>> append) {
    try {
      return append.get();
    } catch (WalException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // ---- reading

  /** Decodes record {@code id}. */
  E decoded(long id, ByteBuffer payload) {
    try {
      return Decoding.decode(codec, payload);
    } catch (CodecException e) {
      var place = stream.placeOf(id);
      throw new EntryCodecException(name(), id, place.map(EngineStream.Place::segment).orElse(""),
          place.map(EngineStream.Place::offset).orElse(-1L), String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Optional<E> get(long id) {
    return stream.get(id).map(bytes -> decoded(id, ByteBuffer.wrap(bytes)));
  }

  @Override
  public TypedCursor<E> read(long fromId) {
    return new CodecCursor<>(this, stream.read(fromId));
  }

  @Override
  public TypedCursor<E> tail(long fromId) {
    return new CodecCursor<>(this, stream.tail(fromId));
  }

  @Override
  public Stream<TypedRecord<E>> records(long fromId) {
    return stream.records(fromId)
        .map(found -> new TypedRecord<>(found.id(), found.time(), decoded(found.id(), found.payloadView())));
  }

  @Override
  public Replay<E> replay() {
    return new CodecReplay<>(this, stream, 0, Long.MAX_VALUE, ReplayMode.STRICT);
  }
}
