package dev.holdfast.storage;

import java.nio.channels.AsynchronousFileChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The register of the locks held in this JVM, one for all class loaders: several copies of this class may be loaded,
 * and the system's locks do not keep them apart, because they are in one process.
 *
 * <p>
 * The copies find it as a thread group of a certain name below the topmost one. That is a place which every class
 * loader can reach and which holds an object of any class; the system properties are another, but a value there that is
 * not a string makes {@code Properties.list} and {@code store} fail for the whole program.
 */
final class JvmLocks {

  private static final String NAME = "dev.holdfast.storage.locks.1";

  /** Kept here because a thread group is only weakly reachable from the one above it. */
  private static final ThreadGroup REGISTER = findOrCreate();

  /**
   * Held locks, by everything their files are known by: the channel that holds one, and the number of its holders, -1
   * for one that is exclusive. Types of the JDK only. All use of it and of its entries is under its monitor.
   */
  static final Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>> HELD = contentOf(REGISTER);

  private JvmLocks() {}

  private static ThreadGroup findOrCreate() {
    ThreadGroup top = Thread.currentThread().getThreadGroup();
    for (ThreadGroup parent = top.getParent(); parent != null; parent = top.getParent()) {
      top = parent;
    }
    synchronized (top) {
      ThreadGroup[] groups = new ThreadGroup[top.activeGroupCount() + 64];
      int count = top.enumerate(groups, false);
      for (int i = 0; i < count; i++) {
        if (groups[i].getName().equals(NAME) && groups[i] instanceof Supplier<?>) {
          return groups[i];
        }
      }
      return new Register(top);
    }
  }

  @SuppressWarnings("unchecked") // the name says what is in it
  private static Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>> contentOf(ThreadGroup register) {
    return ((Supplier<Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>>>) (Object) register).get();
  }

  /** The thread group that is found; it never has a thread. */
  private static final class Register extends ThreadGroup
      implements
        Supplier<Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>>> {

    private final Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>> held = new ConcurrentHashMap<>();

    Register(ThreadGroup parent) {
      super(parent, NAME);
    }

    @Override
    public Map<String, Map.Entry<AsynchronousFileChannel, AtomicInteger>> get() {
      return held;
    }
  }
}
