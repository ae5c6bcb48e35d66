package dev.holdfast;

/**
 * A sharded log was to be opened with another number of shards than it was created with, which would send most keys to
 * other shards. Nothing was changed.
 */
public final class ShardCountMismatchException extends WalException {
  private static final long serialVersionUID = 1L;

  /** How many shards the log has. */
  private final int stored;

  /** How many it was asked for. */
  private final int requested;

  /**
   * Creates the exception.
   *
   * @param log where the log is
   * @param stored how many shards it has
   * @param routing the hash by which keys are routed to them
   * @param requested how many it was asked for
   */
  public ShardCountMismatchException(String log, int stored, String routing, int requested) {
    super("the log in " + log + " was created with " + stored + " shards (keys are routed by " + routing
        + "), and cannot be opened with " + requested
        + ": most keys would be looked for in another shard. Open it with "
        + stored + ", or without a number");
    this.stored = stored;
    this.requested = requested;
  }

  /** Returns how many shards the log has. */
  public int stored() {
    return stored;
  }

  /** Returns how many it was asked for. */
  public int requested() {
    return requested;
  }
}
