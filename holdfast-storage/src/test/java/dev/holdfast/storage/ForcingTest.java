package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which thread forces for a virtual one. No other test of this module forces anything meanwhile. */
@Timeout(60)
class ForcingTest {
  private static final int MANY = 8; // Forcing.MANY
  private static final int CARRIERS = Integer.getInteger("jdk.virtualThreadScheduler.parallelism",
      Runtime.getRuntime().availableProcessors()) / 2;

  /** A force that has begun, and goes on until it is let. */
  private record Begun(boolean virtual, CountDownLatch go) {}

  private final BlockingQueue<Begun> begun = new LinkedBlockingQueue<>();
  private final AsynchronousFileChannel channel = new Channel(() -> {
    var force = new Begun(Thread.currentThread().isVirtual(), new CountDownLatch(1));
    begun.add(force);
    force.go.await();
  });

  private static FutureTask<Void> force(AsynchronousFileChannel channel) {
    var task = new FutureTask<Void>(() -> {
      Forcing.force(channel, false);
      return null;
    });
    Thread.ofVirtual().start(task);
    return task;
  }

  private Begun next() throws InterruptedException {
    Begun next = begun.poll(30, TimeUnit.SECONDS);
    assertTrue(next != null, "no force has begun");
    return next;
  }

  @Test
  void halfOfTheCarriersAreHeldUpAndNoneWhileManyWait() throws Exception {
    assumeTrue(CARRIERS > 0, "one processor");
    List<FutureTask<Void>> tasks = new ArrayList<>();
    List<Begun> forces = new ArrayList<>();
    for (int i = 0; i < CARRIERS + MANY; i++) {
      tasks.add(force(channel));
      forces.add(next());
    }
    assertEquals(CARRIERS, forces.stream().filter(Begun::virtual).count());

    forces.stream().filter(Begun::virtual).forEach(force -> force.go.countDown());
    for (int i = 0; i < CARRIERS; i++) {
      tasks.get(i).get(30, TimeUnit.SECONDS); // those that came first were the ones that kept their carriers
    }
    tasks.add(force(channel));
    Begun whileManyWait = next();
    assertFalse(whileManyWait.virtual(), "a carrier is held up though there are many to be woken");

    whileManyWait.go.countDown();
    forces.forEach(force -> force.go.countDown());
    for (FutureTask<Void> task : tasks) {
      task.get(30, TimeUnit.SECONDS);
    }
    tasks.add(force(channel));
    Begun alone = next();
    assertTrue(alone.virtual(), "handed over though nobody else forces");
    alone.go.countDown();
    tasks.getLast().get(30, TimeUnit.SECONDS);
  }

  @Test
  void aForceHandedOverFailsAsItWouldHere() throws Exception {
    List<FutureTask<Void>> tasks = new ArrayList<>();
    List<Begun> forces = new ArrayList<>();
    for (int i = 0; i < CARRIERS; i++) {
      tasks.add(force(channel));
      forces.add(next());
    }
    var error = new IOException("the disk is gone");
    var failing = force(new Channel(() -> {
      assertFalse(Thread.currentThread().isVirtual());
      throw error;
    }));
    var told = assertThrows(ExecutionException.class, () -> failing.get(30, TimeUnit.SECONDS));
    assertEquals(error, told.getCause());
    forces.forEach(force -> force.go.countDown());
    for (FutureTask<Void> task : tasks) {
      task.get(30, TimeUnit.SECONDS);
    }
  }

  /** What a force does. */
  private interface Force {
    void run() throws Exception;
  }

  /** Can be forced: whatever else is done with it fails the test. */
  private static final class Channel extends AsynchronousFileChannel {
    private final Force force;

    Channel(Force force) {
      this.force = force;
    }

    @Override
    public void force(boolean metadata) throws IOException {
      try {
        force.run();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }

    private static AssertionError unexpected() {
      return new AssertionError("a force did something else with the channel");
    }

    @Override
    public long size() {
      throw unexpected();
    }

    @Override
    public AsynchronousFileChannel truncate(long size) {
      throw unexpected();
    }

    @Override
    public <A> void lock(long position, long size, boolean shared, A attachment,
        CompletionHandler<FileLock, ? super A> handler) {
      throw unexpected();
    }

    @Override
    public Future<FileLock> lock(long position, long size, boolean shared) {
      throw unexpected();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw unexpected();
    }

    @Override
    public <A> void read(ByteBuffer dst, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
      throw unexpected();
    }

    @Override
    public Future<Integer> read(ByteBuffer dst, long position) {
      throw unexpected();
    }

    @Override
    public <A> void write(ByteBuffer src, long position, A attachment, CompletionHandler<Integer, ? super A> handler) {
      throw unexpected();
    }

    @Override
    public Future<Integer> write(ByteBuffer src, long position) {
      throw unexpected();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {
      // has nothing open
    }
  }
}
