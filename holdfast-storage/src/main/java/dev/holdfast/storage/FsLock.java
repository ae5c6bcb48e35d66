package dev.holdfast.storage;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a whole file, by the system's record locks between processes and by {@link JvmLocks} within this one.
 *
 * <p>
 * A record lock belongs to the process and falls as soon as the process closes <em>any</em> descriptor of the file. So
 * a file that this process holds is never opened again: the register is asked first, and a file it knows is shared or
 * refused without touching it. All that happens under the monitor of the register.
 */
final class FsLock implements DirectoryLock {

  /** For how long a refusal may be due to another process that only asks whether the file is locked. */
  private static final long PROBE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long RETRY_MILLIS = 5;

  /** What the number of holders is while the lock is exclusive. */
  private static final int EXCLUSIVELY = -1;

  private final Map.Entry<AsynchronousFileChannel, AtomicInteger> held;
  private boolean closed; // guarded by the register's monitor

  private FsLock(Map.Entry<AsynchronousFileChannel, AtomicInteger> held) {
    this.held = held;
  }

  static Optional<DirectoryLock> tryLock(Path file, LockMode mode) throws IOException {
    long start = System.nanoTime();
    while (true) {
      synchronized (JvmLocks.HELD) {
        if (mode == LockMode.EXCLUSIVE) {
          createIfMissing(file);
        }
        List<String> keys = keys(file);
        Map.Entry<AsynchronousFileChannel, AtomicInteger> known = find(keys);
        if (known != null) {
          return mode == LockMode.SHARED ? share(known) : Optional.empty();
        }
        Attempt attempt = Attempt.at(file, mode);
        if (attempt.channel != null) {
          AtomicInteger holders = new AtomicInteger(mode == LockMode.SHARED ? 1 : EXCLUSIVELY);
          Map.Entry<AsynchronousFileChannel, AtomicInteger> held = new SimpleImmutableEntry<>(attempt.channel, holders);
          keys.forEach(key -> JvmLocks.HELD.put(key, held));
          return Optional.of(new FsLock(held));
        }
        if (attempt.byThisProcess || System.nanoTime() - start > PROBE_NANOS) {
          return Optional.empty();
        }
      }
      Uninterrupted.sleep(RETRY_MILLIS);
    }
  }

  static boolean isLocked(Path file) throws IOException {
    synchronized (JvmLocks.HELD) {
      List<String> keys;
      try {
        keys = keys(file);
      } catch (NoSuchFileException _) {
        return false;
      }
      Map.Entry<AsynchronousFileChannel, AtomicInteger> known = find(keys);
      if (known != null) {
        return known.getValue().get() == EXCLUSIVELY;
      }
      Attempt attempt = Attempt.at(file, LockMode.SHARED);
      if (attempt.channel == null) {
        return true;
      }
      attempt.channel.close();
      return false;
    }
  }

  private static void createIfMissing(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException _) {
      // Not opened: somebody in this process may hold it.
    }
  }

  /**
   * What a file is known by: what it is (there may be several paths to it), and where it is (somebody may have deleted
   * it while it was held, and another file has taken its place).
   */
  private static List<String> keys(Path file) throws IOException {
    Path real = file.toRealPath();
    Object fileKey = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
    return fileKey == null ? List.of(real.toString()) : List.of(real.toString(), fileKey.toString());
  }

  private static Map.@Nullable Entry<AsynchronousFileChannel, AtomicInteger> find(List<String> keys) {
    for (String key : keys) {
      Map.Entry<AsynchronousFileChannel, AtomicInteger> known = JvmLocks.HELD.get(key);
      if (known != null) {
        return known;
      }
    }
    return null;
  }

  private static Optional<DirectoryLock> share(Map.Entry<AsynchronousFileChannel, AtomicInteger> known) {
    AtomicInteger holders = known.getValue();
    if (holders.get() == EXCLUSIVELY) {
      return Optional.empty();
    }
    holders.incrementAndGet();
    return Optional.of(new FsLock(known));
  }

  @Override
  public boolean isHeld() {
    synchronized (JvmLocks.HELD) {
      return !closed;
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (JvmLocks.HELD) {
      if (closed) {
        return;
      }
      closed = true;
      AtomicInteger holders = held.getValue();
      if (holders.get() == EXCLUSIVELY || holders.decrementAndGet() == 0) {
        JvmLocks.HELD.values().removeIf(held::equals);
        held.getKey().close();
      }
    }
  }

  /** An attempt to get the lock from the system: the channel that holds it, or who refused it. */
  private record Attempt(@Nullable AsynchronousFileChannel channel, boolean byThisProcess) {

    static Attempt at(Path file, LockMode mode) throws IOException {
      Set<OpenOption> options = mode == LockMode.SHARED
          ? Set.of(StandardOpenOption.READ)
          : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
      AsynchronousFileChannel channel = FsFile.openChannel(file, options);
      try {
        if (channel.tryLock(0, Long.MAX_VALUE, mode == LockMode.SHARED) != null) {
          return new Attempt(channel, false);
        }
      } catch (OverlappingFileLockException _) {
        // Somebody in this process locked the file without asking the register. Closing the channel would take that lock
        // away, so it is never closed.
        return new Attempt(null, true);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        if (e instanceof AssertionError && e.getCause() instanceof IOException cause) {
          throw cause; // the JDK asks the system which file it is, and takes an error of it for impossible
        }
        throw e;
      }
      channel.close();
      return new Attempt(null, false);
    }
  }
}
