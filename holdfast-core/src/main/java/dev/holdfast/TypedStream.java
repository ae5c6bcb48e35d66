package dev.holdfast;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A stream whose records are entries of a type. A view of a {@link LogStream}: several of one stream may be in use at
 * once. Safe for use by many threads.
 *
 * <p>
 * Besides what is said of each method, what {@link LogStream} says of its exceptions holds. Entries are encoded on the
 * calling thread, outside of the log's locks; an entry that cannot be encoded is an {@link EntryCodecException}, and
 * nothing is appended, of a batch nothing at all. A record that cannot be decoded is an {@link EntryCodecException}
 * that says where it is.
 *
 * {@snippet :
 * TypedStream<String> greetings = wal.stream("greetings", Codecs.utf8());
 * long id = greetings.append("hello");
 * greetings.replay().forEach(record -> System.out.println(record.id() + " " + record.value()));
 * }
 *
 * @param <E> the entries
 */
public interface TypedStream<E> {

  /** Returns the stream below, whose ids, segments, durability and truncations are those of this one. */
  LogStream stream();

  /** Returns what turns entries into records and back. */
  Codec<E> codec();

  /** Returns the name. */
  default String name() {
    return stream().name();
  }

  /** Appends one entry, and returns its id once it is kept as the sync policy promises. */
  long append(E entry);

  /** Appends one entry without waiting for it to be kept; see {@link LogStream#appendAsync(byte[])}. */
  CompletableFuture<Long> appendAsync(E entry);

  /** Appends several entries that become visible and durable together or not at all. */
  IdRange appendBatch(List<? extends E> entries);

  /** Like {@link #appendBatch}, without waiting. */
  CompletableFuture<IdRange> appendBatchAsync(List<? extends E> entries);

  /** Returns one entry; empty if the id has not been written yet or has been truncated. */
  Optional<E> get(long id);

  /** Returns a cursor whose first step delivers entry {@code fromId}, or the first one there is. */
  TypedCursor<E> read(long fromId);

  /** The same as {@link #read}, for programs that follow the end with {@link TypedCursor#next(java.time.Duration)}. */
  TypedCursor<E> tail(long fromId);

  /** Returns the entries from {@code fromId} to the present end as a stream, which must be closed. */
  Stream<TypedRecord<E>> records(long fromId);

  /** Returns a way to read what there is now, from the first entry to the last; see {@link Replay} for less. */
  Replay<E> replay();
}
