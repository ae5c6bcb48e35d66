package dev.holdfast.testkit;

import dev.holdfast.storage.OutOfSpaceException;
import dev.holdfast.testkit.Effect.CacheAfterFailure;
import dev.holdfast.testkit.Effect.Failure;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * An operation that is to go wrong on a {@link SimulatedDisk}. Unless said otherwise: the next one of its kind, once,
 * with an input/output error, and without any effect. Damage to what is stored already is for
 * {@link SimulatedDisk#flipBit} and {@link SimulatedDisk#makeUnreadable}. Immutable.
 *
 * <pre>{@code
 * disk.inject(Fault.on(OperationKind.FORCE).nth(2).losingCache());
 * disk.inject(Fault.on(OperationKind.WRITE).in(".seg").outOfSpace().after(100));
 * }</pre>
 */
public final class Fault {

  private final OperationKind kind;
  private final Predicate<Operation> where;
  private final int nth;
  private final boolean forever;
  private final Effect effect;

  private Fault(OperationKind kind, Predicate<Operation> where, int nth, boolean forever, Effect effect) {
    this.kind = kind;
    this.where = where;
    this.nth = nth;
    this.forever = forever;
    this.effect = effect;
  }

  /** Makes the next operation of this kind fail. */
  public static Fault on(OperationKind kind) {
    if (kind == OperationKind.STORE) {
      throw new IllegalArgumentException("a store into mapped memory cannot be made to fail");
    }
    return new Fault(kind, _ -> true, 1, false, new Failure(false, 0, CacheAfterFailure.CLEAN));
  }

  /**
   * Lets {@code n - 1} such operations pass first.
   *
   * @param n at least 1
   */
  public Fault nth(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("n must be at least 1: " + n);
    }
    return new Fault(kind, where, n, forever, effect);
  }

  /** Concerns only paths that contain {@code part}. */
  public Fault in(String part) {
    return where(operation -> operation.path().contains(part));
  }

  /** Concerns only operations that {@code condition} holds for. */
  public Fault where(Predicate<Operation> condition) {
    return new Fault(kind, where.and(condition), nth, forever, effect);
  }

  /** Makes every further one fail too, until {@link SimulatedDisk#clearFaults()}. */
  public Fault forever() {
    return new Fault(kind, where, nth, true, effect);
  }

  /** Fails with an {@link OutOfSpaceException}. */
  public Fault outOfSpace() {
    Failure failure = failure("outOfSpace");
    return with(new Failure(true, failure.bytesBefore(), failure.cache()));
  }

  /**
   * Of a {@link OperationKind#WRITE}: a short write, which stores the first bytes before it fails. The message says how
   * many, and the buffer is left behind them.
   *
   * @param bytes how many, at least 0; if the write has fewer, all of them
   */
  public Fault after(int bytes) {
    require(OperationKind.WRITE, "after");
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative: " + bytes);
    }
    Failure failure = failure("after");
    return with(new Failure(failure.outOfSpace(), bytes, failure.cache()));
  }

  /**
   * Of a {@link OperationKind#FORCE}: what should have become durable stays readable, but no later force makes it
   * durable unless it is written again. That is what Linux does, and what happens unless another choice is made.
   */
  public Fault keepingCache() {
    return leaving("keepingCache", CacheAfterFailure.CLEAN);
  }

  /**
   * Of a {@link OperationKind#FORCE}: what should have become durable is gone at once, as when the system drops the
   * pages it could not write; the size of the file stays.
   */
  public Fault losingCache() {
    return leaving("losingCache", CacheAfterFailure.LOST);
  }

  /** Of a {@link OperationKind#FORCE}: the next one that succeeds makes everything durable after all. */
  public Fault forgiving() {
    return leaving("forgiving", CacheAfterFailure.DIRTY);
  }

  private Fault leaving(String method, CacheAfterFailure cache) {
    require(OperationKind.FORCE, method);
    Failure failure = failure(method);
    return with(new Failure(failure.outOfSpace(), failure.bytesBefore(), cache));
  }

  // --- what is worse than an error: nobody is told

  /**
   * Of a {@link OperationKind#READ}: succeeds and returns one bit wrong; what is stored stays right.
   *
   * @param bit which one, counted from the first bit read; beyond what is read, counted on from the beginning
   */
  public Fault flippingBit(long bit) {
    require(OperationKind.READ, "flippingBit");
    if (bit < 0) {
      throw new IllegalArgumentException("bit must not be negative: " + bit);
    }
    return with(new Effect.FlippedBit(bit));
  }

  /**
   * Of a {@link OperationKind#WRITE}: succeeds and stores the bytes at another place of the file, where it overwrites
   * what is there; nothing is stored where it should be. The file does not grow: what would lie beyond its end, or
   * before its beginning, is lost.
   *
   * @param distance in bytes from where they belong; negative: further to the front
   */
  public Fault misdirectedBy(long distance) {
    require(OperationKind.WRITE, "misdirectedBy");
    return with(new Effect.Misdirection(distance));
  }

  /** Of a {@link OperationKind#WRITE}: succeeds and stores nothing, neither in the cache nor on the disk. */
  public Fault losingWrite() {
    require(OperationKind.WRITE, "losingWrite");
    return with(new Effect.Pretence());
  }

  /** Of a {@link OperationKind#FORCE}: succeeds and makes nothing durable. The next one does, if it succeeds. */
  public Fault pretending() {
    require(OperationKind.FORCE, "pretending");
    return with(new Effect.Pretence());
  }

  // --- what is no error

  /**
   * Does no harm but takes its time: {@code pause} is run first, by the thread whose operation it is. The lock of the
   * disk is not held, so other threads can use the disk meanwhile; a pause may wait for them. At its time the operation
   * has no number yet.
   */
  public Fault delayedBy(Runnable pause) {
    return with(new Effect.Delay(pause));
  }

  /** Does no harm but interrupts the calling thread, right before the operation takes place. */
  public Fault interrupting() {
    return with(new Effect.Interrupt());
  }

  private Fault with(Effect other) {
    return new Fault(kind, where, nth, forever, other);
  }

  private Failure failure(String method) {
    if (effect instanceof Failure failure) {
      return failure;
    }
    throw new IllegalStateException(method + " is for operations that fail; this one succeeds");
  }

  private void require(OperationKind required, String method) {
    if (kind != required) {
      throw new IllegalArgumentException(method + " is for " + required + ", not for " + kind);
    }
  }

  boolean concerns(Operation operation) {
    return operation.kind() == kind && where.test(operation);
  }

  int nth() {
    return nth;
  }

  boolean isForever() {
    return forever;
  }

  Effect effect() {
    return effect;
  }

  static IOException exception(Operation operation, Failure failure) {
    String part = failure.bytesBefore() == 0
        ? ""
        : " after " + Math.min(failure.bytesBefore(), operation.length()) + " of " + operation.length() + " bytes";
    return failure.outOfSpace()
        ? new OutOfSpaceException(operation.path() + ": No space left on device (simulated)" + part)
        : new IOException(operation.path() + ": Input/output error (simulated)" + part);
  }
}
