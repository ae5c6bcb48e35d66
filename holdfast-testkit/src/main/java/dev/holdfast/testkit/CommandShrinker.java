package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out commands as long as a failure stays: halves first, then smaller parts, then single ones (Zeller and
 * Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002).
 */
final class CommandShrinker {
  private final Function<List<Integer>, @Nullable CrashFailure> failureOf;
  private int attempts;
  private CrashFailure failure;

  private CommandShrinker(CrashFailure failure, int attempts,
      Function<List<Integer>, @Nullable CrashFailure> failureOf) {
    this.failure = failure;
    this.attempts = attempts;
    this.failureOf = failureOf;
  }

  /**
   * Returns the failure with as few commands as could be found.
   *
   * @param count how many commands there were
   * @param failureOf tries some of them, by their numbers, and returns how they fail, if they do
   */
  static CrashFailure shrink(CrashFailure failure, int count, int attempts,
      Function<List<Integer>, @Nullable CrashFailure> failureOf) {
    var shrinker = new CommandShrinker(failure, attempts, failureOf);
    List<Integer> kept = shrinker.shrink(IntStream.range(0, count).boxed().toList());
    return kept.size() == count ? failure : shrinker.failure.of(kept);
  }

  private List<Integer> shrink(List<Integer> all) {
    List<Integer> kept = all;
    int part = Math.max(1, kept.size() / 2);
    while (attempts > 0) {
      List<Integer> shorter = withoutSomePart(kept, part);
      if (shorter.size() < kept.size()) {
        kept = shorter;
        part = Math.clamp(kept.size() / 2, 1, part);
      } else if (part == 1) {
        break;
      } else {
        part = (part + 1) / 2;
      }
    }
    return kept;
  }

  /** Returns the commands without the first part that is not needed, or all. */
  private List<Integer> withoutSomePart(List<Integer> kept, int part) {
    for (int end = kept.size(); end > 0 && attempts > 0; end -= part) {
      List<Integer> rest = new ArrayList<>(kept);
      rest.subList(Math.max(0, end - part), end).clear();
      attempts--;
      CrashFailure still = failureOf.apply(rest);
      if (still != null) {
        failure = still;
        return rest;
      }
    }
    return kept;
  }
}
