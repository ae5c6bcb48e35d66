package dev.holdfast.testkit;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * What a {@link CrashProgram} has promised so far. The {@link CrashExplorer} looks at it before each operation of the
 * disk. Safe for use by many threads.
 *
 * @param <P> see {@link CrashProgram}
 */
public final class Promises<P> {
  private volatile Supplier<? extends P> source;

  /** Begins with what is promised already. */
  public Promises(P initially) {
    Objects.requireNonNull(initially, "initially");
    source = () -> initially;
  }

  /** Replaces what is promised: call it when users may rely on it, or before something is undone. */
  public void are(P promised) {
    Objects.requireNonNull(promised, "promised");
    source = () -> promised;
  }

  /**
   * From now on asks {@code current} what is promised: under the lock of the disk, so that nothing becomes durable
   * meanwhile. It must not wait for a thread that uses the disk.
   */
  public void areSaidBy(Supplier<? extends P> current) {
    source = Objects.requireNonNull(current, "current");
  }

  /** Returns what is promised right now. */
  public P current() {
    return source.get();
  }
}
