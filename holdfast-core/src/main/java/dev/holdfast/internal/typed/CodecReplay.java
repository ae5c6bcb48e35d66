package dev.holdfast.internal.typed;

import dev.holdfast.Replay;
import dev.holdfast.ReplayMode;
import dev.holdfast.TypedCursor;
import dev.holdfast.TypedRecord;
import dev.holdfast.internal.stream.EngineStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A part of a stream, to be read from one end to the other.
 *
 * @param stream how its records are decoded
 * @param below the stream itself
 * @param first the first id wanted
 * @param last the last id wanted
 * @param mode what an unfinished write at the end means
 * @param <E> the entries
 */
record CodecReplay<E>(CodecStream<E> stream, EngineStream below, long first, long last, ReplayMode mode)
    implements
      Replay<E> {

  /** Something done with each entry. */
  private interface Step<E> {
    void at(TypedCursor<E> cursor);
  }

  @Override
  public Replay<E> from(long id) {
    return new CodecReplay<>(stream, below, checked(id), last, mode);
  }

  @Override
  public Replay<E> upTo(long id) {
    return new CodecReplay<>(stream, below, first, checked(id), mode);
  }

  @Override
  public Replay<E> mode(ReplayMode other) {
    return new CodecReplay<>(stream, below, first, last, Objects.requireNonNull(other, "mode"));
  }

  private static long checked(long id) {
    if (id < 0) {
      throw new IllegalArgumentException("id must be at least 0, not " + id);
    }
    return id;
  }

  @Override
  public List<TypedRecord<E>> toList() {
    var entries = new ArrayList<TypedRecord<E>>();
    forEach(entries::add);
    return entries;
  }

  @Override
  public long forEach(Consumer<? super TypedRecord<E>> action) {
    Objects.requireNonNull(action, "action");
    return run(cursor -> action.accept(new TypedRecord<>(cursor.id(), cursor.time(), cursor.value())));
  }

  @Override
  public long count() {
    return run(TypedCursor::value);
  }

  private long run(Step<E> step) {
    var stop = last == Long.MAX_VALUE ? last : last + 1;
    var count = 0L;
    try (var cursor = stream.read(first)) {
      var end = Math.min(stop, below.nextId());
      while (cursor.nextId() < end && cursor.next() && cursor.id() < end) { // the log may begin behind the end
        step.at(cursor);
        count++;
      }
      if (cursor.nextId() < stop) {
        below.checkEnd();
        if (mode == ReplayMode.STRICT) {
          refuseTornTail();
        }
      }
    }
    return count;
  }

  private void refuseTornTail() {
    var torn = below.tornTail();
    if (torn.isPresent()) {
      throw torn.get();
    }
  }
}
