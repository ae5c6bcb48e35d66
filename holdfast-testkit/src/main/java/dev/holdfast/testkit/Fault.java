package dev.holdfast.testkit;

import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * An operation that is to fail on a {@link SimulatedDisk}. Unless said otherwise: the next one of its kind, once, with
 * an input/output error, and without any effect. Immutable.
 *
 * <pre>{@code
 * disk.inject(Fault.on(OperationKind.FORCE).nth(2).losingCache());
 * disk.inject(Fault.on(OperationKind.WRITE).in(".seg").outOfSpace().after(100));
 * }</pre>
 */
public final class Fault {

  /** What a failed {@link OperationKind#FORCE} does to the bytes it should have made durable. */
  enum CacheAfterFailure {
    /** They wait for the next one, which makes them durable if it succeeds. Kinder than real systems are. */
    DIRTY,
    /** They stay readable, but no later force takes care of them until they are written again. */
    CLEAN,
    /** They are gone at once: what was there before is read again. The size stays. */
    LOST
  }

  private final OperationKind kind;
  private final Predicate<Operation> where;
  private final int nth;
  private final boolean forever;
  private final boolean outOfSpace;
  private final int bytesBefore;
  private final CacheAfterFailure cache;

  private Fault(OperationKind kind, Predicate<Operation> where, int nth, boolean forever, boolean outOfSpace,
      int bytesBefore, CacheAfterFailure cache) {
    this.kind = kind;
    this.where = where;
    this.nth = nth;
    this.forever = forever;
    this.outOfSpace = outOfSpace;
    this.bytesBefore = bytesBefore;
    this.cache = cache;
  }

  /** Makes the next operation of this kind fail. */
  public static Fault on(OperationKind kind) {
    if (kind == OperationKind.STORE) {
      throw new IllegalArgumentException("a store into mapped memory cannot be made to fail");
    }
    return new Fault(kind, _ -> true, 1, false, false, 0, CacheAfterFailure.CLEAN);
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
    return new Fault(kind, where, n, forever, outOfSpace, bytesBefore, cache);
  }

  /** Concerns only paths that contain {@code part}. */
  public Fault in(String part) {
    return where(operation -> operation.path().contains(part));
  }

  /** Concerns only operations that {@code condition} holds for. */
  public Fault where(Predicate<Operation> condition) {
    return new Fault(kind, where.and(condition), nth, forever, outOfSpace, bytesBefore, cache);
  }

  /** Makes every further one fail too, until {@link SimulatedDisk#clearFaults()}. */
  public Fault forever() {
    return new Fault(kind, where, nth, true, outOfSpace, bytesBefore, cache);
  }

  /** Fails with an {@link OutOfSpaceException}. */
  public Fault outOfSpace() {
    return new Fault(kind, where, nth, forever, true, bytesBefore, cache);
  }

  /**
   * Of a {@link OperationKind#WRITE}: writes the first bytes before it fails.
   *
   * @param bytes how many, at least 0; if the write has fewer, all of them
   */
  public Fault after(int bytes) {
    require(OperationKind.WRITE, "after");
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative: " + bytes);
    }
    return new Fault(kind, where, nth, forever, outOfSpace, bytes, cache);
  }

  /**
   * Of a {@link OperationKind#FORCE}: what should have become durable stays readable, but no later force makes it
   * durable unless it is written again. That is what Linux does, and what happens unless another choice is made.
   */
  public Fault keepingCache() {
    require(OperationKind.FORCE, "keepingCache");
    return new Fault(kind, where, nth, forever, outOfSpace, bytesBefore, CacheAfterFailure.CLEAN);
  }

  /**
   * Of a {@link OperationKind#FORCE}: what should have become durable is gone at once, as when the system drops the
   * pages it could not write; the size of the file stays.
   */
  public Fault losingCache() {
    require(OperationKind.FORCE, "losingCache");
    return new Fault(kind, where, nth, forever, outOfSpace, bytesBefore, CacheAfterFailure.LOST);
  }

  /** Of a {@link OperationKind#FORCE}: the next one that succeeds makes everything durable after all. */
  public Fault forgiving() {
    require(OperationKind.FORCE, "forgiving");
    return new Fault(kind, where, nth, forever, outOfSpace, bytesBefore, CacheAfterFailure.DIRTY);
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

  int bytesBefore() {
    return bytesBefore;
  }

  CacheAfterFailure cache() {
    return cache;
  }

  IOException exception(Operation operation) {
    return outOfSpace
        ? new OutOfSpaceException(operation.path() + ": No space left on device (simulated)")
        : new IOException(operation.path() + ": Input/output error (simulated)");
  }
}
