package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Session;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** All workloads that peers are compared by. */
final class Comparisons {
  private Comparisons() {}

  /** One workload. */
  interface Comparison {

    /** Returns its name on the command line and in file names. */
    String name();

    /** Returns what is done, for the title. */
    String description();

    /** Measures it. */
    void measure(Context context, Outcome outcome) throws Exception;
  }

  /**
   * What a workload needs to know.
   *
   * @param session the run
   * @param peers Holdfast, if it is measured, and the chosen peers, as far as they can be used here
   * @param records how many records there are to read
   * @param sustained how long it is appended without a pause
   * @param rotations how many rotations are watched
   * @param pace how long after one another they come, at least
   * @param threads the numbers of threads that are wanted; all if empty
   */
  record Context(Session session, List<Peer> peers, int records, Duration sustained, int rotations, Duration pace,
      Set<Integer> threads) {

    /** Returns whether a setting with so many threads is wanted. */
    boolean wants(int count) {
      return threads.isEmpty() || threads.contains(count);
    }

    /** Returns those that can do all of this. */
    List<Peer> usable(Set<Ability> needed) {
      return peers.stream().filter(peer -> peer.abilities().containsAll(needed)).toList();
    }
  }

  /** Returns all of them. */
  static List<Comparison> all() {
    return List.of(new DurableComparison(), new StreamsComparison(), new BatchComparison(), new AsyncComparison(),
        new SustainedComparison(), new ScanComparison(), new GetComparison(), new TailComparison(),
        new RotationComparison(), new OpenComparison(), new SpaceComparison(),
        new AllocationComparison());
  }
}
