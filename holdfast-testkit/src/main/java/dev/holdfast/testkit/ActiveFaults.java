package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The faults that wait for their operation. Guarded by the lock of the disk. */
final class ActiveFaults {
  private final List<ActiveFault> faults = new ArrayList<>();

  /** A fault, and how many of the operations it concerns have been seen. */
  private static final class ActiveFault {
    private final Fault fault;
    private int seen;

    ActiveFault(Fault fault) {
      this.fault = fault;
    }
  }

  void add(Fault fault) {
    faults.add(new ActiveFault(fault));
  }

  void clear() {
    faults.clear();
  }

  /** Returns what waits to happen before this operation takes the lock of the disk, one thing at most. */
  @Nullable
  Runnable pauseBefore(Operation operation) {
    for (Iterator<ActiveFault> i = faults.iterator(); i.hasNext();) {
      ActiveFault active = i.next();
      if (active.fault.effect() instanceof Effect.Delay(Runnable pause) && isDue(active, operation, i)) {
        return pause;
      }
    }
    return null;
  }

  /** Returns the fault that strikes this operation; threads are interrupted on the way. */
  @Nullable
  Fault striking(Operation operation) {
    for (Iterator<ActiveFault> i = faults.iterator(); i.hasNext();) {
      ActiveFault active = i.next();
      Effect effect = active.fault.effect();
      if (effect instanceof Effect.Delay || !isDue(active, operation, i)) {
        continue;
      }
      if (!(effect instanceof Effect.Interrupt)) {
        return active.fault;
      }
      Thread.currentThread().interrupt();
    }
    return null;
  }

  private static boolean isDue(ActiveFault active, Operation operation, Iterator<ActiveFault> position) {
    if (!active.fault.concerns(operation) || ++active.seen < active.fault.nth()) {
      return false;
    }
    if (!active.fault.isForever()) {
      position.remove();
    }
    return true;
  }
}
