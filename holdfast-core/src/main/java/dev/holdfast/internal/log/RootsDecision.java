package dev.holdfast.internal.log;

import dev.holdfast.ShardCountMismatchException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.internal.format.RoutingHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to do with the directories that were given as the roots of a sharded log. A pure function of what is in them:
 * they are all those of one log, in their order, or none of them belongs to any; everything else is refused, by name.
 *
 * <p>
 * The first root gets its FORMAT last, and streams are only created after that ({@code docs/CRASH-SAFETY.md}, "Creating
 * a sharded log"). So further roots without the first are what an interrupted creation leaves if they hold no stream,
 * and a log whose first root is missing if they do.
 */
sealed interface RootsDecision {
  /** There is no log yet, or one whose creation was not finished. */
  record Create() implements RootsDecision {}

  /** There is a log with so many shards. */
  record Open(int shardCount) implements RootsDecision {}

  /**
   * What is known of a directory.
   *
   * @param label what it is called in messages
   * @param format what its FORMAT says, or null if it has none
   * @param hasStreams whether there is any stream in it
   */
  record Root(String label, @Nullable LogFormat format, boolean hasStreams) {
    private LogFormat knownFormat() {
      if (format == null) {
        throw new IllegalStateException(label + " has no FORMAT");
      }
      return format;
    }
  }

  /**
   * Decides.
   *
   * @param roots in the order given
   * @param shardCount how many shards the log is to have, 0 = as many as it has
   * @throws IllegalArgumentException if they are not the roots of one log
   * @throws ShardCountMismatchException if the log has another number of shards
   */
  static RootsDecision of(List<Root> roots, int shardCount) {
    var first = roots.getFirst();
    if (first.format() == null) {
      roots.forEach(root -> requireUnfinished(first, roots, root));
      return new Create();
    }
    var format = first.knownFormat();
    requireFirst(first, format);
    if (format.rootCount() != roots.size()) {
      throw new IllegalArgumentException("the log in " + first.label() + " has " + format.rootCount() + " roots, but "
          + roots.size() + " were given: give all of them, in their order");
    }
    for (var i = 1; i < roots.size(); i++) {
      requireRootOf(first, i, roots.get(i));
    }
    if (format.routingHash() != RoutingHash.XXH64) {
      throw new UnsupportedFormatException("the log in " + first.label() + " routes keys by the hash number "
          + format.routingHash() + ", which this version does not know: use a newer version of the program");
    }
    if (shardCount != 0 && shardCount != format.shardCount()) {
      throw new ShardCountMismatchException(first.label(), format.shardCount(), RoutingHash.NAME, shardCount);
    }
    return new Open(format.shardCount());
  }

  private static void requireUnfinished(Root first, List<Root> roots, Root root) {
    var format = root.format();
    if (format == null) {
      return;
    }
    if (format.shardCount() == 0) {
      throw new IllegalArgumentException(root.label() + " is a log of its own, not the root of a sharded one");
    }
    var place = roots.indexOf(root);
    if (root.hasStreams() || format.rootIndex() != place || format.rootCount() != roots.size()) {
      throw new IllegalArgumentException(root.label() + " is root " + format.rootIndex() + " of " + format.rootCount()
          + " of a sharded log, but " + first.label()
          + ", given as its first root, holds no log: is that the right directory, and is its disk mounted?");
    }
  }

  private static void requireFirst(Root first, LogFormat format) {
    if (format.shardCount() == 0) {
      throw new IllegalArgumentException(
          first.label() + " is a log that is not sharded: open it with Wal.open");
    }
    if (format.rootIndex() != 0) {
      throw new IllegalArgumentException(first.label() + " is root " + format.rootIndex() + " of " + format.rootCount()
          + " of its log, but was given as root 0: give all roots, in their order");
    }
  }

  private static void requireRootOf(Root first, int index, Root root) {
    var format = root.format();
    if (format == null) {
      throw new IllegalArgumentException(root.label() + ", given as root " + index + " of the log in " + first.label()
          + ", holds no part of it: is that the right directory, and is its disk mounted?");
    }
    var expected = first.knownFormat();
    if (!format.logId().equals(expected.logId())) {
      throw new IllegalArgumentException(
          root.label() + ", given as root " + index + ", belongs to another log than " + first.label());
    }
    if (format.rootIndex() != index || format.rootCount() != expected.rootCount()
        || format.shardCount() != expected.shardCount() || format.routingHash() != expected.routingHash()) {
      throw new IllegalArgumentException(root.label() + " is root " + format.rootIndex() + " of " + format.rootCount()
          + " of a log with " + format.shardCount() + " shards, but was given as root " + index + " of "
          + expected.rootCount() + " of one with " + expected.shardCount() + ": give all roots, in their order");
    }
  }
}
