package dev.holdfast.examples.index;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.DurableState;
import dev.holdfast.snapshot.PublishedSnapshot;
import dev.holdfast.snapshot.SnapshotCodec;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.snapshot.SnapshotRetention;
import dev.holdfast.snapshot.StateRecovery;
import dev.holdfast.storage.Directory;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Keeps account of the segments of an index. A change is durable when its method returns; one that makes no sense is
 * refused with an {@link IllegalArgumentException} before anything is appended. Safe for use by many threads.
 *
 * <p>
 * Opening it gives the view of the newest checkpoint and the changes after it. Merges that were under way are so still:
 * whoever does not go on with them cancels them.
 */
final class IndexLog implements AutoCloseable {
  static final String STREAM = "segments";

  private final Wal wal;
  private final DurableState<IndexView, Change> state;

  private IndexLog(Wal wal, SnapshotPolicy checkpoints) {
    this.wal = wal;
    this.state = DurableState.<IndexView, Change>on(wal, wal.stream(STREAM, ChangeCodec.versioned()))
        .initial(() -> IndexView.EMPTY).apply((view, change) -> view.apply(change.value()))
        .snapshots(SnapshotCodec.of(new IndexViewCodec()), SnapshotRetention.keep(2), checkpoints)
        .capture(UnaryOperator.identity()).open();
  }

  /**
   * Opens it in a directory, creating it if need be.
   *
   * @param checkpoints when to take one in the background
   */
  static IndexLog open(Directory directory, WalOptions options, SnapshotPolicy checkpoints) {
    var wal = Wal.open(directory, options);
    try {
      return new IndexLog(wal, checkpoints);
    } catch (RuntimeException e) {
      wal.close();
      throw e;
    }
  }

  // ---- changes

  /** Adds a segment whose files are written and synced, and returns its number. */
  synchronized long addSegment(int documents) {
    var segment = view().nextSegment();
    append(new Change.AddSegment(segment, documents));
    return segment;
  }

  /** Deletes documents of live segments, all together; none may have been deleted before. */
  void deleteDocuments(Collection<Document> documents) {
    var bySegment = documents.stream().collect(Collectors.groupingBy(Document::segment, TreeMap::new,
        Collectors.mapping(Document::number, Collectors.toList())));
    var sets = new TreeMap<Long, DocumentSet>();
    for (Map.Entry<Long, ? extends Collection<Integer>> each : bySegment.entrySet()) {
      sets.put(each.getKey(), DocumentSet.of(each.getValue().stream().mapToInt(Integer::intValue).toArray()));
    }
    append(new Change.DeleteDocuments(sets));
  }

  /**
   * Begins to merge live segments that are in no other merge, and returns the number of the merge. It is to copy what
   * {@link IndexView#copiedBy} says, whatever is deleted meanwhile.
   */
  synchronized long startMerge(Collection<Long> segments) {
    var merge = view().nextMerge();
    append(new Change.StartMerge(merge, new TreeSet<>(segments)));
    return merge;
  }

  /** Gives a merge up. */
  void cancelMerge(long merge) {
    append(new Change.CancelMerge(merge));
  }

  /**
   * Ends a merge whose new files are written and synced, and returns the number of the new segment. What was deleted
   * since the merge began is deleted in the new segment.
   *
   * @param places where each document that was copied has come to; asked for those deleted since the merge began
   */
  synchronized long endMerge(long merge, ToIntFunction<Document> places) {
    var end = view().endOf(merge, places); // no document can be deleted between this and the next line
    append(end);
    return end.segment();
  }

  /**
   * Appends a change if it makes sense. One at a time: whether it does depends on all those before, which must be
   * applied. So changes do not share their syncs; there are few of them a second.
   */
  synchronized long append(Change change) {
    var _ = view().apply(change);
    return state.append(change);
  }

  // ---- looking

  /** Returns the view as it is now. */
  IndexView view() {
    return state.<IndexView>read(view -> view);
  }

  /** Returns how many changes there have been. */
  long changes() {
    return state.end();
  }

  /** Returns what opening it has found. */
  StateRecovery recovery() {
    return state.recovery();
  }

  /** Publishes the view as a snapshot, and drops changes that are in the one before, too. Nobody waits for it. */
  PublishedSnapshot checkpoint() {
    return state.snapshot();
  }

  @Override
  public void close() {
    try (wal) {
      state.close();
    }
  }
}
