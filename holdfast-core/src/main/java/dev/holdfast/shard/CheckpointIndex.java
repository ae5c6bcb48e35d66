package dev.holdfast.shard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints there are, in memory, in the order of their records in the stream of checkpoints. Of several with the
 * same id the one whose record is newest counts, whatever the clock said. Safe for use by many threads.
 */
final class CheckpointIndex {
  private final ConcurrentHashMap<CheckpointId, Entry> byId = new ConcurrentHashMap<>();
  private final TreeMap<Long, Checkpoint> byRecord = new TreeMap<>(); // guarded by this
  private volatile @Nullable Checkpoint latest;
  private int records; // guarded by this: since the last compaction, also those that do not count any more

  private record Entry(long record, Checkpoint checkpoint) {}

  /** Adds a checkpoint whose record has this id; called in any order. */
  synchronized void add(long record, Checkpoint checkpoint) {
    records++;
    var known = byId.get(checkpoint.key());
    if (known != null && known.record() > record) {
      return;
    }
    if (known != null) {
      byRecord.remove(known.record());
    }
    byId.put(checkpoint.key(), new Entry(record, checkpoint));
    byRecord.put(record, checkpoint);
    latest = byRecord.lastEntry().getValue();
  }

  /** Replaces everything: what a compaction does. */
  synchronized void replaceBy(Map<Long, Checkpoint> retained) {
    var entries = new HashMap<CheckpointId, Entry>();
    retained.forEach((record, checkpoint) -> entries.put(checkpoint.key(), new Entry(record, checkpoint)));
    byId.putAll(entries); // first, so that at no moment one that is retained is missing
    byId.keySet().removeIf(id -> !entries.containsKey(id));
    byRecord.clear();
    byRecord.putAll(retained);
    records = retained.size();
    latest = retained.isEmpty() ? null : byRecord.lastEntry().getValue();
  }

  Optional<Checkpoint> get(CheckpointId id) {
    var entry = byId.get(id);
    return entry == null ? Optional.empty() : Optional.of(entry.checkpoint());
  }

  Optional<Checkpoint> latest() {
    return Optional.ofNullable(latest);
  }

  /** Returns them all, oldest first. */
  synchronized List<Checkpoint> all() {
    return List.copyOf(byRecord.values());
  }

  /** Returns the newest of them, oldest first. */
  synchronized List<Checkpoint> newest(int count) {
    var newest = new ArrayList<>(byRecord.descendingMap().values().stream().limit(count).toList());
    return newest.reversed();
  }

  synchronized int size() {
    return byRecord.size();
  }

  /** Returns whether there are records in the stream that say nothing any more. */
  synchronized boolean hasSuperseded() {
    return records > byRecord.size();
  }
}
