package dev.holdfast.testkit;

import java.util.SplittableRandom;

/** The crashes that are tried at one moment: all there are while few operations are pending, then a seeded sample. */
final class CrashStates {
  /** A disk that offers nothing new so often in a row has few states, and they have been seen. */
  private static final int PATIENCE = 12;

  private final int most;
  private final int exhaustiveUpTo;

  /** Somebody who tries crashes. */
  interface Trial {
    /** Tries one, and returns whether it has left a disk that was not seen before. */
    boolean isNew(CrashChoice choice);
  }

  CrashStates(int most, int exhaustiveUpTo) {
    this.most = most;
    this.exhaustiveUpTo = exhaustiveUpTo;
  }

  /**
   * Offers crashes one after the other.
   *
   * @param pending how many operations are
   * @param trial is given them
   */
  void offer(int pending, SplittableRandom random, Trial trial) {
    int tried = 3;
    trial.isNew(CrashChoice.NONE);
    trial.isNew(CrashChoice.KILL);
    trial.isNew(CrashChoice.ALL);
    if (pending == 0) {
      return; // nothing can be lost: all power losses are the same
    }
    if (pending <= exhaustiveUpTo) {
      for (int subset = 1; subset < (1 << pending) - 1; subset++) {
        trial.isNew(CrashChoice.keep(subset, pending));
        tried++;
      }
    }
    int inVain = 0;
    while (tried++ < most && inVain < PATIENCE) {
      int seed = random.nextInt(1 << 30);
      CrashChoice choice = random.nextInt(4) == 0
          ? CrashChoice.inOrder(random.nextInt(pending), seed)
          : CrashChoice.any(seed);
      inVain = trial.isNew(choice) ? 0 : inVain + 1;
    }
  }
}
