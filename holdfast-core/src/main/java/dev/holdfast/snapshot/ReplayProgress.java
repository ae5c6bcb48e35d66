package dev.holdfast.snapshot;

/** Is told how far a recovery has come: at the beginning, every 10,000 records, and at the end. */
@FunctionalInterface
public interface ReplayProgress {

  /**
   * Says how far it has come.
   *
   * @param next the id of the record that is applied next
   * @param end the id before which it ends
   */
  void at(long next, long end);
}
