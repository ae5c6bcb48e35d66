package dev.holdfast.testkit;

import java.time.Duration;

/**
 * What a {@link CrashExplorer} has tried.
 *
 * @param program its name
 * @param seed of the first run
 * @param runs how many runs of the program were stopped at every operation
 * @param operations how many operations of the disk these had
 * @param crashStates how many disks were made, as they may be found after a crash; many are the same
 * @param distinctImages how many of those differ in what is on them: names, sizes or bytes
 * @param checks how many recoveries were checked: each image once for each different promise
 * @param nestedCrashes how many crashes within recoveries were made and recovered from
 * @param powerCuts how many runs lost their power, so that the program had to cope with the errors
 * @param duration how long it took
 */
public record CrashReport(String program, long seed, int runs, long operations, long crashStates, long distinctImages,
    long checks, long nestedCrashes, int powerCuts, Duration duration) {

  @Override
  public String toString() {
    return "explored " + program + ", seed " + seed + ": " + runs + " runs, " + operations + " operations, "
        + crashStates + " crash states, " + distinctImages + " distinct images, " + checks + " checks, " + nestedCrashes
        + " nested crashes, " + powerCuts + " power cuts, " + duration.toMillis() + " ms";
  }
}
