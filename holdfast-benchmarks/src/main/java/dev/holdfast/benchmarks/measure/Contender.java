package dev.holdfast.benchmarks.measure;

/**
 * One of several programs that do the same.
 *
 * @param name what it is called in the report
 * @param operation what it does over and over
 * @param afterRound what it does once after each round, before others have their turn; not measured
 */
public record Contender(String name, Operation operation, Operation afterRound) {

  /** Returns one that has nothing to do after a round. */
  public static Contender of(String name, Operation operation) {
    return new Contender(name, operation, _ -> {});
  }
}
