package dev.holdfast.power;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.StorageFullException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.internal.log.Surroundings;
import dev.holdfast.testkit.SimulatedDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A program that uses a log and keeps account of what it was promised. Whatever is appended is different from
 * everything appended before.
 */
final class Session {
  private static final AtomicInteger MARK = new AtomicInteger();

  private final SimulatedDisk disk;
  private final Expectations expected;
  private final WalOptions options;
  private final Map<String, LogStream> streams = new ConcurrentHashMap<>();
  private final List<CompletableFuture<?>> futures = new ArrayList<>();
  private final Surroundings surroundings;
  private Wal wal;

  private Session(SimulatedDisk disk, Expectations expected, WalOptions options, Surroundings surroundings) {
    this.disk = disk;
    this.expected = expected;
    this.options = options;
    this.surroundings = surroundings;
    this.wal = OpenLog.forWriting(disk.root(), options, surroundings);
  }

  /** Opens the log for writing and does not look at it. */
  static Session begin(SimulatedDisk disk, Expectations expected, WalOptions options) {
    return begin(disk, expected, options, Surroundings.SYSTEM);
  }

  static Session begin(SimulatedDisk disk, Expectations expected, WalOptions options, Surroundings surroundings) {
    return new Session(disk, expected, options, surroundings);
  }

  /** Opens the log for writing and checks that it holds what was promised; from then on, that is promised. */
  static Session recover(SimulatedDisk disk, Expectations expected, WalOptions options, boolean powerLost) {
    return recover(disk, expected, options, powerLost, Surroundings.SYSTEM);
  }

  static Session recover(SimulatedDisk disk, Expectations expected, WalOptions options, boolean powerLost,
      Surroundings surroundings) {
    var session = begin(disk, expected, options, surroundings);
    try {
      session.adopt(powerLost);
      return session;
    } catch (RuntimeException | Error e) {
      session.abandon();
      throw e;
    }
  }

  private void adopt(boolean powerLost) {
    for (var name : expected.names()) {
      var found = Found.in(wal, name);
      var history = expected.matching(name, found, powerLost);
      if (!found.exists()) {
        expected.set(name, History.ABSENT);
        expected.unclosed(name, false);
        continue;
      }
      var stream = stream(name);
      checkReport(stream.recovery(), found);
      if (stream.recovery().outcome() == Outcome.CLEAN && expected.isUnclosed(name)) {
        throw new AssertionError(name + ": nobody has closed it, but the report says " + stream.recovery());
      }
      expected.unclosed(name, false);
      var durable = (int) stream.durableEnd();
      if (strict() && durable != found.end()) {
        throw new AssertionError(name + ": records up to " + found.end() + " are visible, durable are " + durable);
      }
      expected.set(name, history.adopted(found, durable));
    }
    for (var name : wal.streamNames()) {
      if (expected.of(name).equals(List.of(History.ABSENT))) {
        throw new AssertionError("a stream that nobody wrote: " + name);
      }
    }
  }

  /** The report must say what was found, and claim no more than can be true. */
  private static void checkReport(RecoveryReport report, Found found) {
    var records = new IdRange(found.first(), found.end());
    if (!report.records().equals(records) || report.durableEnd() > found.end()
        || report.outcome() == Outcome.CORRUPT || report.outcome() == Outcome.NEW) {
      throw new AssertionError("found " + records + ", but the report says " + report);
    }
  }

  private boolean strict() {
    return options.syncPolicy().equals(SyncPolicy.STRICT);
  }

  LogStream stream(String name) {
    return streams.computeIfAbsent(name, wal::stream);
  }

  Wal wal() {
    return wal;
  }

  Expectations expected() {
    return expected;
  }

  SimulatedDisk disk() {
    return disk;
  }

  /**
   * Returns what is promised right now, also by what readers see: under STRICT what is visible is durable. Called under
   * the lock of the disk, so that nothing becomes durable meanwhile. What readers see comes first: an append to a ring
   * needs no disk, and may come meanwhile.
   */
  Expectations snapshot() {
    var seen = new HashMap<String, Ends>();
    streams.forEach((name, stream) -> Ends.of(stream).ifPresent(ends -> seen.put(name, ends)));
    var snapshot = expected.copy();
    seen.forEach((name, ends) -> {
      if (snapshot.of(name).size() == 1 && snapshot.only(name).mayExist()) {
        raise(snapshot, name, ends);
      }
    });
    return snapshot;
  }

  /** What readers see of a stream. */
  private record Ends(int durable, int visible) {
    static Optional<Ends> of(LogStream stream) {
      try {
        return Optional.of(new Ends((int) stream.durableEnd(), (int) stream.nextId()));
      } catch (WalException e) {
        return Optional.empty(); // closed, or deleted
      }
    }
  }

  private void raise(Expectations snapshot, String name, Ends ends) {
    var history = snapshot.only(name);
    if (ends.visible > history.end()) {
      throw new AssertionError(name + ": " + ends.visible + " records are visible, appended were " + history.end());
    }
    if (ends.visible > 0) {
      snapshot.set(name, history.promised(ends.visible, strict() ? ends.visible : ends.durable));
    }
  }

  // ---- what a program does

  static byte[] payload(int size) {
    return payload(size, MARK.incrementAndGet());
  }

  /** The mark comes from where salts come from: it never comes twice, but again when a run is repeated. */
  private byte[] nextPayload(int size) {
    return surroundings.equals(Surroundings.SYSTEM) ? payload(size) : payload(size, surroundings.random().nextLong());
  }

  private static byte[] payload(int size, long mark) {
    var text = (mark + ":").getBytes(StandardCharsets.US_ASCII);
    var bytes = new byte[Math.max(size, text.length)];
    for (var i = 0; i < bytes.length; i++) {
      bytes[i] = text[i % text.length];
    }
    return bytes;
  }

  void append(String name, int size) {
    append(name, nextPayload(size));
  }

  void append(String name, byte[] record) {
    var id = expected.only(name).end();
    expected.update(name, history -> history.begun(List.of(record)));
    long actual;
    try {
      actual = stream(name).append(record);
    } catch (StorageFullException e) {
      expected.update(name, history -> history.withdrawn(id));
      throw e;
    }
    same(name, id, actual);
    acknowledge(name, id + 1, false);
  }

  void batch(String name, int count, int size) {
    var records = Stream.generate(() -> nextPayload(size)).limit(count).toList();
    var id = expected.only(name).end();
    expected.update(name, history -> history.begun(records));
    long actual;
    try {
      actual = stream(name).appendBatch(records).start();
    } catch (StorageFullException e) {
      expected.update(name, history -> history.withdrawn(id));
      throw e;
    }
    same(name, id, actual);
    acknowledge(name, id + count, true);
  }

  /** Appends without waiting; what completes is acknowledged. */
  void appendAsync(String name, int size) {
    futures.add(stage(name, size));
  }

  private synchronized CompletableFuture<?> stage(String name, int size) {
    var record = nextPayload(size);
    var id = expected.only(name).end();
    expected.update(name, history -> history.begun(List.of(record)));
    return stream(name).appendAsync(record).thenAccept(actual -> {
      same(name, id, actual);
      acknowledge(name, id + 1, false);
    });
  }

  /** Appends from several threads, each of which waits for its own record before the next. */
  void appendFromThreads(String name, int threads, int records, int size) {
    var failures = new ConcurrentLinkedQueue<Throwable>();
    var writers = IntStream.range(0, threads).mapToObj(i -> Thread.ofPlatform().name("writer-" + i).start(() -> {
      try {
        for (var n = 0; n < records; n++) {
          stage(name, size + i).join();
        }
      } catch (RuntimeException | Error e) {
        failures.add(e);
      }
    })).toList();
    for (var writer : writers) {
      joinUninterrupted(writer);
    }
    if (!failures.isEmpty()) {
      throw failures.peek() instanceof CompletionException e && e.getCause() instanceof WalException cause
          ? cause
          : new IllegalStateException(failures.peek());
    }
  }

  private static void joinUninterrupted(Thread writer) {
    try {
      writer.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for everything that was appended without waiting. */
  void join() {
    try {
      futures.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    } finally {
      futures.clear();
    }
  }

  private static void same(String name, long id, long actual) {
    if (actual != id) {
      throw new AssertionError(name + ": the record got id " + actual + ", not " + id);
    }
  }

  private void acknowledge(String name, int end, boolean batch) {
    expected.unclosed(name, true);
    var durable = (int) stream(name).durableEnd();
    var policy = options.syncPolicy();
    var promised = strict() || (batch && policy.equals(SyncPolicy.BATCH_ONLY))
        ? end
        : policy instanceof SyncPolicy.EveryN(var n) ? end - n + 1 : 0;
    expected.update(name, history -> history.promised(end, Math.max(promised, Math.min(durable, history.end()))));
  }

  /**
   * Leaves so many bytes of space, appends until they are used up, and makes space again: all that was there still is.
   */
  void fillDisk(String name, int free, int size) {
    disk.setCapacity(disk.usedSpace() + free);
    try {
      for (var i = 0; i < 100 + free / 32; i++) { // a frame takes more than 32 bytes
        append(name, size + i);
      }
      throw new AssertionError(name + ": " + free + " bytes of space did not end");
    } catch (StorageFullException e) {
      readAll();
    } finally {
      disk.setCapacity(Long.MAX_VALUE);
    }
    append(name, size);
  }

  void sync(String name) {
    var end = expected.only(name).end();
    stream(name).sync();
    expected.update(name, history -> history.promised(end, end));
  }

  void truncateBefore(String name, int id) {
    var before = expected.only(name);
    expected.update(name, history -> history.beginning(history.firstMin(), id));
    var gone = stream(name).truncateBefore(id);
    if (gone.start() != before.firstMin() || gone.end() > id) {
      throw new AssertionError(name + ": truncated " + gone + ", it began at " + before.firstMin());
    }
    expected.update(name, history -> history.beginning((int) gone.end(), (int) gone.end()));
  }

  void truncateFrom(String name, int id) {
    var before = expected.only(name);
    if (id == before.end()) {
      stream(name).truncateFrom(id); // nothing to do, and nothing promised by it
      return;
    }
    expected.set(name, before, before.cutFrom(id));
    stream(name).truncateFrom(id);
    expected.set(name, before.cutFrom(id));
    expected.unclosed(name, true);
  }

  void delete(String name) {
    var before = expected.only(name);
    expected.set(name, before, History.ABSENT);
    streams.remove(name);
    wal.deleteStream(name);
    expected.set(name, History.ABSENT);
    expected.unclosed(name, false);
  }

  /** Checks that readers see exactly what was appended. */
  void readAll() {
    for (var name : expected.names()) {
      var found = Found.in(wal, name);
      expected.matching(name, found, false);
      if (found.end() != expected.only(name).end()) {
        throw new AssertionError(name + ": " + found.end() + " records, not " + expected.only(name).end());
      }
    }
  }

  /** Closes the log in order: then everything is durable, whatever the policy. */
  void close() {
    join();
    streams.clear();
    expected.closing();
    wal.close();
    expected.allDurable();
  }

  void reopen() {
    close();
    wal = OpenLog.forWriting(disk.root(), options, surroundings);
    adopt(true);
  }

  /** Closes the log after a crash or a failure, only to end its threads. */
  void abandon() {
    streams.clear();
    expected.closing();
    try {
      wal.close();
    } catch (WalException e) {
      // expected: it could not be synced
    }
  }
}
