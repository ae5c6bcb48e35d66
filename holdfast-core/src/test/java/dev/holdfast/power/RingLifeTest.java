package dev.holdfast.power;

import static dev.holdfast.power.CrashedLog.options;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.LogStream;
import dev.holdfast.StorageFullException;
import dev.holdfast.StreamFailedException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.internal.log.Surroundings;
import dev.holdfast.internal.stream.Background;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.OperationKind;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a stream gets its ring, and when it gives it back. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingLifeTest {
  private static final String A = "a";
  private static final WalOptions ASYNC = options().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(1 << 20)
      .writeBufferSize(1 << 12).build();

  /** Hands out its timers instead of running them. */
  private static final class Timers implements Background {
    private record Timer(long nanos, Runnable task) {
      boolean isShort() {
        return nanos > 0 && nanos < TimeUnit.SECONDS.toNanos(1);
      }
    }

    private final List<Timer> due = new ArrayList<>();
    Executor maintenance = Runnable::run;

    @Override
    public Executor maintenance() {
      return task -> maintenance.execute(task);
    }

    @Override
    public void commit(Runnable task) {
      Thread.ofVirtual().name("commit").start(task);
    }

    @Override
    public synchronized void after(long nanos, Runnable task) {
      due.add(new Timer(nanos, task));
    }

    synchronized List<Runnable> take() {
      var tasks = due.stream().map(Timer::task).toList();
      due.clear();
      return tasks;
    }

    synchronized long shortOnes() {
      return due.stream().filter(Timer::isShort).count();
    }

    private synchronized List<Runnable> takeShortOnes() {
      var tasks = due.stream().filter(Timer::isShort).map(Timer::task).toList();
      due.removeIf(Timer::isShort);
      return tasks;
    }

    /** Lets less than a second pass. */
    void passAMoment() {
      takeShortOnes().forEach(Runnable::run);
    }

    /** Lets all time pass that somebody waits for now. */
    void pass() {
      take().forEach(Runnable::run);
    }

    @Override
    public void close() {
      // has no threads
    }
  }

  private final Timers timers = new Timers();
  private final SimulatedDisk disk = new SimulatedDisk();
  private final Wal wal = OpenLog.forWriting(disk.root(), ASYNC,
      new Surroundings(InstantSource.system(), new Random(1), UUID::randomUUID, 3, () -> timers));
  private final LogStream stream = wal.stream(A);

  private boolean hasRing() throws IOException {
    return disk.root().subdirectory("streams").subdirectory(A).exists(Names.RING);
  }

  private void append(int count) {
    for (var i = 0; i < count; i++) {
      stream.append(new byte[20]);
    }
  }

  private static void assertRecords(SimulatedDisk image, long count) {
    try (var again = Wal.open(image.root(), ASYNC)) {
      assertEquals(count, again.stream(A).nextId());
    }
  }

  @Test
  void itIsGivenBackWhenNothingHasComeForAWhileAndComesAgain() throws Exception {
    append(10);
    assertTrue(hasRing());
    for (var i = 0; i < 20 && hasRing(); i++) {
      timers.pass();
      Thread.sleep(5); // commits on behalf of timers have a thread of their own
    }
    assertFalse(hasRing());
    assertRecords(disk.imageAfterKill(), 10);
    append(10);
    assertTrue(hasRing(), "busy again");
    assertRecords(disk.killProcess(), 20);
  }

  @Test
  void whoReadsWhatIsInItReadsOnWhenItHasBeenGivenBack() throws Exception {
    append(10);
    try (var cursor = stream.read(0); var tail = stream.read(0)) {
      assertTrue(cursor.next());
      for (var i = 0; i < 10; i++) {
        assertTrue(tail.next());
      }
      for (var i = 0; i < 20 && hasRing(); i++) {
        timers.pass();
        Thread.sleep(5);
      }
      assertFalse(hasRing());
      append(10);
      assertTrue(hasRing(), "busy again");
      for (var i = 1; i < 20; i++) {
        assertTrue(cursor.next());
        assertEquals(i, cursor.id());
        assertEquals(20, stream.get(i).orElseThrow().length);
      }
      for (var i = 10; i < 20; i++) {
        assertTrue(tail.next());
      }
    }
  }

  @Test
  void itStaysWhileSomethingComes() throws Exception {
    append(10);
    for (var i = 0; i < 30; i++) {
      append(1);
      timers.pass();
      Thread.sleep(2);
      assertTrue(hasRing());
    }
    assertRecords(disk.killProcess(), 40);
  }

  /** Setting it wakes a thread; an append is not to do that. */
  @Test
  void whileItIsThereTheTimerIsSetAgainWithoutAnAppend() throws Exception {
    append(10);
    assertTrue(hasRing());
    for (var i = 0; i < 10; i++) {
      passAMoment();
      assertEquals(1, timers.shortOnes());
    }
    append(1);
    assertEquals(1, timers.shortOnes());
    assertRecords(disk.imageAfterKill(), 11);
  }

  @Test
  void theTimerOfAQuietStreamIsNotSetAgainForEver() throws Exception {
    append(10);
    assertTrue(hasRing());
    passMoments();
    assertTrue(hasRing());
    append(1);
    assertEquals(1, timers.shortOnes(), "an append sets it");
    passMoments();
    append(1);
    for (var i = 0; i < 20 && hasRing(); i++) {
      timers.pass();
      Thread.sleep(5);
    }
    assertFalse(hasRing());
    passAMoment();
    assertEquals(0, timers.shortOnes(), "without a ring nothing goes on by itself");
    append(1);
    assertEquals(1, timers.shortOnes());
    assertRecords(disk.killProcess(), 13);
  }

  private void passAMoment() throws InterruptedException {
    timers.passAMoment();
    Thread.sleep(2); // commits on behalf of timers have a thread of their own
  }

  private void passMoments() throws InterruptedException {
    for (var i = 0; i < 50 && timers.shortOnes() > 0; i++) {
      passAMoment();
    }
    assertEquals(0, timers.shortOnes());
  }

  @Test
  void theTimerOfAStreamThatHasFailedOrIsDeletedIsNotSetAgain() throws Exception {
    append(10);
    passAMoment();
    assertEquals(1, timers.shortOnes());
    disk.inject(Fault.on(OperationKind.WRITE).in(".seg"));
    append(1);
    passAMoment(); // has it written
    Thread.sleep(20);
    assertThrows(StreamFailedException.class, () -> stream.append(new byte[1]));
    passAMoment();
    passAMoment();
    assertEquals(0, timers.shortOnes());

    var other = wal.stream("b");
    for (var i = 0; i < 10; i++) {
      other.append(new byte[20]);
    }
    passAMoment();
    assertEquals(1, timers.shortOnes());
    wal.deleteStream("b");
    passAMoment();
    assertEquals(0, timers.shortOnes());
  }

  @Test
  void underEveryTheTimerThatIsSetAgainSyncsWhatHasCome() throws Exception {
    var itsTimers = new Timers();
    try (var every = OpenLog.forWriting(new SimulatedDisk().root(),
        options().syncPolicy(SyncPolicy.every(Duration.ofMillis(20))).maxSegmentSize(1 << 20).writeBufferSize(1 << 12)
            .build(),
        new Surroundings(InstantSource.system(), new Random(1), UUID::randomUUID, 3, () -> itsTimers))) {
      var its = every.stream(A);
      for (var i = 0; i < 10; i++) {
        its.append(new byte[20]);
      }
      for (var i = 0; i < 5; i++) {
        its.append(new byte[20]);
        assertEquals(1, itsTimers.shortOnes());
        itsTimers.passAMoment();
        for (var left = 1000; left > 0 && its.durableEnd() < its.nextId(); left--) {
          Thread.sleep(1);
        }
        assertEquals(its.nextId(), its.durableEnd());
        itsTimers.passAMoment(); // in vain
        assertEquals(1, itsTimers.shortOnes());
      }
      var syncs = its.stats().syncs();
      for (var i = 0; i < 50 && itsTimers.shortOnes() > 0; i++) {
        itsTimers.passAMoment();
      }
      assertEquals(0, itsTimers.shortOnes());
      assertEquals(syncs, its.stats().syncs(), "there was nothing to sync");
    }
  }

  @Test
  void theRingOfAFailedStreamWasDeletedWhenNothingHadComeForAWhile() throws Exception {
    append(10);
    disk.inject(Fault.on(OperationKind.WRITE).in(".seg"));
    var count = 10;
    try {
      while (count < 10_000) {
        append(1);
        count++;
      }
    } catch (StreamFailedException e) {
      assertTrue(count > 20, e::toString);
    }
    for (var i = 0; i < 10; i++) {
      timers.pass();
      Thread.sleep(2);
    }
    assertTrue(hasRing());
    assertRecords(disk.killProcess(), count);
  }

  @Test
  void aLookThatMetSomebodyAtWorkWasTheLast() throws Exception {
    append(10);
    var met = new ArrayList<Runnable>();
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE && met.isEmpty()) {
        met.addAll(timers.take());
        met.forEach(Runnable::run); // as if another thread had: the leader is at work
      }
    });
    append(400);
    assertFalse(met.isEmpty());
    disk.onOperation(_ -> {});
    for (var i = 0; i < 30 && hasRing(); i++) {
      timers.pass();
      Thread.sleep(5);
    }
    assertFalse(hasRing());
    assertRecords(disk.killProcess(), 410);
  }

  @Test
  void aThreadThatCouldNotBeStartedForTheRingFailedTheStream() throws IOException {
    timers.maintenance = _ -> {
      throw new OutOfMemoryError("unable to create native thread");
    };
    append(20);
    assertFalse(hasRing());
    timers.maintenance = Runnable::run;
    append(20);
    assertTrue(hasRing(), "it tries again");
    assertRecords(disk.killProcess(), 40);
  }

  /** Readers stood in the line of those who wait with an end before others': a failed append got another one's id. */
  @Test
  void aFailedAppendBehindWhichReadersWaitedWasAcknowledgedWithAnotherOnesId() throws Exception {
    stream.append(new byte[20_000]);
    stream.append(new byte[50_000]); // larger segments, with room for the frame that is to fail
    stream.append(new byte[100_000]);
    append(100);
    assertTrue(hasRing());
    var writing = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    disk.inject(Fault.on(OperationKind.WRITE).where(operation -> operation.length() > 5000).outOfSpace());
    disk.onOperation(operation -> {
      if (operation.kind() == OperationKind.WRITE && !operation.path().contains(Names.STATE)
          && writing.getCount() > 0) {
        writing.countDown();
        awaitUninterruptibly(goOn);
      }
    });
    var small = stream.append(new byte[]{1});
    var leader = reader(small);
    assertTrue(writing.await(20, TimeUnit.SECONDS), () -> "nobody writes: " + problems + leader.getState());
    var failed = stream.appendAsync(new byte[10_000]);
    var readers = List.of(reader(small), reader(small), reader(small));
    Thread.sleep(50); // they are in the line
    goOn.countDown();
    leader.join();
    for (var reader : readers) {
      reader.join();
    }
    disk.onOperation(_ -> {});
    for (var i = 0; i < 10_000 && !failed.isDone(); i++) {
      Thread.sleep(1);
    }
    assertTrue(failed.isDone(), "the append that failed is never told");
    var error = assertThrows(CompletionException.class, failed::join);
    assertTrue(error.getCause() instanceof StorageFullException, error::toString);
    var next = stream.append(new byte[]{2});
    assertEquals(small + 1, next);
    assertArrayEquals(new byte[]{2}, stream.get(next).orElseThrow());
    assertEquals(List.of(), problems);
  }

  private final List<Throwable> problems = new ArrayList<>();

  private Thread reader(long id) {
    return Thread.ofPlatform().name("reader").start(() -> {
      try {
        stream.segments(); // has everything written
        assertArrayEquals(new byte[]{1}, stream.get(id).orElseThrow());
      } catch (RuntimeException | Error e) {
        synchronized (problems) {
          problems.add(e);
        }
      }
    });
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
