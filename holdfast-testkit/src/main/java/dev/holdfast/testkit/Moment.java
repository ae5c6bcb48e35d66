package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * The disk right before an operation, as the process leaves it when it is killed, and what was promised by then.
 *
 * @param disk only looked at
 */
record Moment<P>(CrashPoint point, SimulatedDisk disk, P promised) {

  /** Keeps the moment before each operation of a disk. */
  static final class Recorder<P> {
    private static final int LOOKS = 1000; // stores end when a buffer is full: then it is written
    private final SimulatedDisk disk;
    private final Promises<P> promises;
    private final CrashPoint.Counter points = new CrashPoint.Counter();
    private final List<Moment<P>> moments = new ArrayList<>(); // guarded by the lock of the disk
    private final List<Throwable> problems = new ArrayList<>(); // likewise

    Recorder(SimulatedDisk disk, Promises<P> promises) {
      this.disk = disk;
      this.promises = promises;
    }

    Recorder<P> start() {
      disk.onOperation(operation -> {
        if (operation.kind() != OperationKind.READ) {
          try {
            add(points.before(operation));
          } catch (RuntimeException | Error e) {
            problems.add(e);
          }
        }
      });
      return this;
    }

    private void add(CrashPoint point) {
      moments.add(look(point));
    }

    /**
     * Looks at disk and promises at one time. What is stored into mapped memory by another thread needs no operation,
     * and so goes on meanwhile: promised must be no more than the disk has, and on it no more than was begun. So it
     * looks again when the promises have changed.
     */
    private Moment<P> look(CrashPoint point) {
      for (int i = 0; i < LOOKS; i++) {
        P promised = promises.current();
        SimulatedDisk image = disk.imageAfterKill();
        if (!disk.isStoredInto() || promised.equals(promises.current())) {
          return new Moment<>(point, image, promised);
        }
      }
      throw new IllegalStateException("the promises are never equal to what they were: have they an equals method?");
    }

    /** Ends it; what is there at the end is a moment, too. */
    List<Moment<P>> finish() {
      disk.onOperation(_ -> {});
      add(CrashPoint.END);
      if (!problems.isEmpty()) {
        throw new IllegalStateException("what is promised could not be said", problems.getFirst());
      }
      return moments;
    }
  }
}
