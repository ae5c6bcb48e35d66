package dev.holdfast.power;

import dev.holdfast.LogStream;
import dev.holdfast.StorageFullException;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.testkit.SimulatedDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
  private Wal wal;

  private Session(SimulatedDisk disk, Expectations expected, WalOptions options, Wal wal) {
    this.disk = disk;
    this.expected = expected;
    this.options = options;
    this.wal = wal;
  }

  /** Opens the log for writing and does not look at it. */
  static Session begin(SimulatedDisk disk, Expectations expected, WalOptions options) {
    return new Session(disk, expected, options, Wal.open(disk.root(), options));
  }

  /** Opens the log for writing and checks that it holds what was promised; from then on, that is promised. */
  static Session recover(SimulatedDisk disk, Expectations expected, WalOptions options, boolean powerLost) {
    var session = begin(disk, expected, options);
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
        continue;
      }
      var stream = stream(name);
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
   * the lock of the disk, so that nothing becomes durable meanwhile.
   */
  Expectations snapshot() {
    var snapshot = expected.copy();
    streams.forEach((name, stream) -> {
      if (snapshot.of(name).size() == 1 && snapshot.only(name).mayExist()) {
        raise(snapshot, name, stream);
      }
    });
    return snapshot;
  }

  private void raise(Expectations snapshot, String name, LogStream stream) {
    int durable;
    int visible;
    try {
      durable = (int) stream.durableEnd();
      visible = (int) stream.nextId();
    } catch (WalException e) {
      return; // closed, or deleted
    }
    var history = snapshot.only(name);
    if (visible > history.end()) {
      throw new AssertionError(name + ": " + visible + " records are visible, appended were " + history.end());
    }
    if (visible > 0) {
      snapshot.set(name, history.promised(visible, strict() ? visible : durable));
    }
  }

  // ---- what a program does

  static byte[] payload(int size) {
    var text = (MARK.incrementAndGet() + ":").getBytes(StandardCharsets.US_ASCII);
    var bytes = new byte[Math.max(size, text.length)];
    for (var i = 0; i < bytes.length; i++) {
      bytes[i] = text[i % text.length];
    }
    return bytes;
  }

  void append(String name, int size) {
    append(name, payload(size));
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
    var records = Stream.generate(() -> payload(size)).limit(count).toList();
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
    var record = payload(size);
    var id = expected.only(name).end();
    expected.update(name, history -> history.begun(List.of(record)));
    futures.add(stream(name).appendAsync(record).thenAccept(actual -> {
      same(name, id, actual);
      acknowledge(name, id + 1, false);
    }));
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
    var durable = (int) stream(name).durableEnd();
    var policy = options.syncPolicy();
    var promised = strict() || (batch && policy.equals(SyncPolicy.BATCH_ONLY))
        ? end
        : policy instanceof SyncPolicy.EveryN(var n) ? end - n + 1 : 0;
    expected.update(name, history -> history.promised(end, Math.max(promised, Math.min(durable, history.end()))));
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
    expected.set(name, before, before.cutFrom(id));
    stream(name).truncateFrom(id);
    expected.set(name, before.cutFrom(id));
  }

  void delete(String name) {
    var before = expected.only(name);
    expected.set(name, before, History.ABSENT);
    streams.remove(name);
    wal.deleteStream(name);
    expected.set(name, History.ABSENT);
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
    wal.close();
    expected.allDurable();
  }

  void reopen() {
    close();
    wal = Wal.open(disk.root(), options);
    adopt(true);
  }

  /** Closes the log after a crash or a failure, only to end its threads. */
  void abandon() {
    streams.clear();
    try {
      wal.close();
    } catch (WalException e) {
      // expected: it could not be synced
    }
  }
}
