package dev.holdfast.testkit;

/**
 * How much a {@link CrashExplorer} tries.
 *
 * @param images runs of the program go on until so many distinct images have been seen
 * @param statesPerOperation crashes tried before each operation, at most, unless all subsets are
 * @param exhaustiveUpTo so many pending operations are lost in all combinations
 * @param nestedEvery of every so many distinct images, the recovery of one is crashed as well; 0: of none
 * @param nestedMoments at how many operations
 * @param powerCuts in how many repetitions of each run the power really goes
 */
record CrashSettings(long seed, long images, int statesPerOperation, int exhaustiveUpTo, int nestedEvery,
    int nestedMoments, int powerCuts, int threads, int shrinkAttempts) {
  static final CrashSettings DEFAULT = new CrashSettings(1, 0, 40, 4, 8, 6, 4, 1, 300);

  CrashSettings {
    require(images >= 0, "images", images);
    require(statesPerOperation >= 3, "statesPerOperation", statesPerOperation);
    require(exhaustiveUpTo >= 0 && exhaustiveUpTo <= 16, "exhaustiveUpTo", exhaustiveUpTo);
    require(nestedEvery >= 0, "every", nestedEvery);
    require(nestedMoments >= 0, "moments", nestedMoments);
    require(powerCuts >= 0, "powerCuts", powerCuts);
    require(threads >= 1 && threads <= 256, "threads", threads);
    require(shrinkAttempts >= 0, "shrinkAttempts", shrinkAttempts);
  }

  private static void require(boolean condition, String name, long value) {
    if (!condition) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  CrashSettings withSeed(long value) {
    return new CrashSettings(value, images, statesPerOperation, exhaustiveUpTo, nestedEvery, nestedMoments, powerCuts,
        threads, shrinkAttempts);
  }

  CrashSettings withImages(long value) {
    return new CrashSettings(seed, value, statesPerOperation, exhaustiveUpTo, nestedEvery, nestedMoments, powerCuts,
        threads, shrinkAttempts);
  }

  CrashSettings withStates(int perOperation, int allSubsetsUpTo) {
    return new CrashSettings(seed, images, perOperation, allSubsetsUpTo, nestedEvery, nestedMoments, powerCuts, threads,
        shrinkAttempts);
  }

  CrashSettings withNested(int every, int moments) {
    return new CrashSettings(seed, images, statesPerOperation, exhaustiveUpTo, every, moments, powerCuts, threads,
        shrinkAttempts);
  }

  CrashSettings withPowerCuts(int value) {
    return new CrashSettings(seed, images, statesPerOperation, exhaustiveUpTo, nestedEvery, nestedMoments, value,
        threads, shrinkAttempts);
  }

  CrashSettings withThreads(int value) {
    return new CrashSettings(seed, images, statesPerOperation, exhaustiveUpTo, nestedEvery, nestedMoments, powerCuts,
        value, shrinkAttempts);
  }

  CrashSettings withShrinkAttempts(int value) {
    return new CrashSettings(seed, images, statesPerOperation, exhaustiveUpTo, nestedEvery, nestedMoments, powerCuts,
        threads, value);
  }
}
