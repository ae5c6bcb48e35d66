package dev.holdfast.benchmarks.measure;

/** What is measured. */
@FunctionalInterface
public interface Operation {

  /**
   * Does it once.
   *
   * @param iteration a number that no other call within the round gets
   */
  void run(long iteration) throws Exception;
}
