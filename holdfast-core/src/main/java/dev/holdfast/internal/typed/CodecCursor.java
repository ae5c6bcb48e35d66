package dev.holdfast.internal.typed;

import dev.holdfast.RecordCursor;
import dev.holdfast.TypedCursor;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Steps through a stream seen through a codec.
 *
 * @param <E> the entries
 */
final class CodecCursor<E> implements TypedCursor<E> {
  private final CodecStream<E> stream;
  private final RecordCursor cursor;
  private @Nullable E value;

  CodecCursor(CodecStream<E> stream, RecordCursor cursor) {
    this.stream = stream;
    this.cursor = cursor;
  }

  @Override
  public boolean next() {
    return stepped(cursor.next());
  }

  @Override
  public boolean next(Duration timeout) {
    return stepped(cursor.next(timeout));
  }

  private boolean stepped(boolean there) {
    if (there) {
      value = null;
    }
    return there;
  }

  @Override
  public long id() {
    return cursor.id();
  }

  @Override
  public E value() {
    var known = value;
    if (known == null) {
      known = stream.decoded(cursor.id(), cursor.payload());
      value = known;
    }
    return known;
  }

  @Override
  public Instant time() {
    return cursor.time();
  }

  @Override
  public long nextId() {
    return cursor.nextId();
  }

  @Override
  public void close() {
    cursor.close();
  }
}
