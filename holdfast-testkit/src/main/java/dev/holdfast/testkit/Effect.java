package dev.holdfast.testkit;

/** What a {@link Fault} does to the operation that it strikes. */
sealed interface Effect {

  /** What a failed {@link OperationKind#FORCE} does to the bytes it should have made durable. */
  enum CacheAfterFailure {
    /** They wait for the next one, which makes them durable if it succeeds. Kinder than real systems are. */
    DIRTY,
    /** They stay readable, but no later force takes care of them until they are written again. */
    CLEAN,
    /** They are gone at once: what was there before is read again. The size stays. */
    LOST
  }

  /**
   * It throws.
   *
   * @param bytesBefore how many bytes a write stores before
   * @param cache what becomes of the bytes that a force should have made durable
   */
  record Failure(boolean outOfSpace, int bytesBefore, CacheAfterFailure cache) implements Effect {}

  /** A read returns one bit wrong. */
  record FlippedBit(long bit) implements Effect {}

  /** A write lands elsewhere in the file, and says that it succeeded. */
  record Misdirection(long distance) implements Effect {}

  /** A write or a force does nothing, and says that it succeeded. */
  record Pretence() implements Effect {}

  /** Something else happens first, outside of the lock of the disk. */
  record Delay(Runnable pause) implements Effect {}

  /** The calling thread is interrupted; the operation takes place. */
  record Interrupt() implements Effect {}
}
