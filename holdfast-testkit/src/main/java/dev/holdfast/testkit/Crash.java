package dev.holdfast.testkit;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a power loss leaves of the operations on a {@link SimulatedDisk} that were not yet durable. Immutable; the same
 * crash of a disk in the same state always leaves the same.
 */
public abstract sealed class Crash {

  /** Leaves only what was made durable: the least that a disk may leave. */
  public static final Crash DROP_ALL_UNSYNCED = keeping("DROP_ALL_UNSYNCED", _ -> false);

  /** Leaves everything: the most that a disk may leave. */
  public static final Crash KEEP_ALL = keeping("KEEP_ALL", _ -> true);

  private Crash() {}

  /**
   * Leaves any part of it, chosen by the seed:
   * <ul>
   * <li>of written data, each sector of 512 or 4096 bytes (the seed chooses) in any of the states it was in since it
   * was last durable, whatever became of the sectors beside it;</li>
   * <li>of sizes, any that the file has had since, and those between them; what a file gains without its data reads as
   * zeros;</li>
   * <li>of names, any creations, renames and deletions, or the first of each directory, or the first of all (the seed
   * chooses). A rename is kept or lost as one, and a file that was only renamed is never without a name.</li>
   * </ul>
   */
  public static Crash random(long seed) {
    return new Random(seed);
  }

  /**
   * Leaves the first of the {@linkplain SimulatedDisk#pending() pending} operations, as a disk does that writes in
   * order, and of the next one any of its sectors of 512 bytes, chosen by the seed: torn, also within a page.
   *
   * @param whole how many are left whole, at least 0; if there are fewer, all
   */
  public static Crash inOrder(int whole, long seed) {
    if (whole < 0) {
      throw new IllegalArgumentException("whole must not be negative: " + whole);
    }
    return new InOrder(whole, seed);
  }

  /**
   * Leaves the operations that {@code kept} holds for, of those {@link SimulatedDisk#pending() pending}, each as a
   * whole; but what a cache writes out at once comes together: a page of 4096 bytes written to by several is left as
   * after the last one kept. A rename that another operation needs, because it took the name away, is kept too.
   *
   * @param description what {@link #toString()} says
   */
  public static Crash keeping(String description, Predicate<Operation> kept) {
    return new Keeping(description, kept);
  }

  /** Returns who decides one crash of a disk with these pending operations. */
  abstract Survivors survivors(List<Operation> pending);

  /** Decides what is left. Asked once about each directory and file, in an order that depends on the disk alone. */
  interface Survivors {

    /** Returns which of the changes are kept. */
    boolean[] names(List<DirectoryNode.Change> changes);

    /** Returns what the file holds. */
    Pages content(FileNode file);
  }

  private static final class Random extends Crash {
    private final long seed;

    Random(long seed) {
      this.seed = seed;
    }

    @Override
    Survivors survivors(List<Operation> pending) {
      return new RandomSurvivors(seed, pending);
    }

    @Override
    public String toString() {
      return "Crash.random(" + seed + "L)";
    }
  }

  private static final class InOrder extends Crash {
    private final int whole;
    private final long seed;

    InOrder(int whole, long seed) {
      this.whole = whole;
      this.seed = seed;
    }

    @Override
    Survivors survivors(List<Operation> pending) {
      return new InOrderSurvivors(pending, whole, seed);
    }

    @Override
    public String toString() {
      return "Crash.inOrder(" + whole + ", " + seed + "L)";
    }
  }

  private static final class Keeping extends Crash {
    private final String description;
    private final Predicate<Operation> kept;

    Keeping(String description, Predicate<Operation> kept) {
      this.description = description;
      this.kept = kept;
    }

    @Override
    Survivors survivors(List<Operation> pending) {
      return new KeptSurvivors(kept);
    }

    @Override
    public String toString() {
      return "Crash." + description;
    }
  }
}
