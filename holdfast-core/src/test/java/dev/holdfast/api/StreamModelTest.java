package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CursorInvalidatedException;
import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.ReadStrategy;
import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The stream API against a plain list: random calls, reopenings and process deaths included. Prints its seed;
 * {@code -Dholdfast.model.seed} replays one, {@code -Dholdfast.model.seconds} tells how long to look for more.
 */
class StreamModelTest {
  private static final int STEPS = 150;

  @Test
  void aStreamBehavesLikeAList() throws IOException {
    var replay = Long.getLong("holdfast.model.seed");
    if (replay != null) {
      run(replay);
      return;
    }
    var deadline = System.nanoTime() + Duration.ofSeconds(Long.getLong("holdfast.model.seconds", 15)).toNanos();
    var base = System.nanoTime();
    var runs = 0;
    for (; runs == 0 || System.nanoTime() < deadline; runs++) {
      run(base + runs);
    }
    System.out.println("StreamModelTest: " + runs + " runs from seed " + base);
  }

  private static void run(long seed) throws IOException {
    var run = new Run(seed);
    try {
      run.go();
    } catch (RuntimeException | Error | IOException e) {
      throw new AssertionError("-Dholdfast.model.seed=" + seed + "\nthe last steps were\n  "
          + String.join("\n  ", run.steps), e);
    }
  }

  /** A cursor and what it is to deliver next. */
  private static final class Follower {
    final RecordCursor cursor;
    long next;
    boolean delivered;
    boolean invalid;

    Follower(RecordCursor cursor, long next) {
      this.cursor = cursor;
      this.next = next;
    }
  }

  /** One run. */
  private static final class Run {
    private final Random random;
    private final Deque<String> steps = new ArrayDeque<>();
    private final List<Follower> followers = new ArrayList<>();
    private final List<byte[]> model = new ArrayList<>(); // by id; what was truncated from the front is kept here
    private long first;
    private Watch watch = new Watch();
    private Directory root = new MemoryDirectory();
    private Wal wal;
    private LogStream stream;
    private boolean created;
    private boolean written;

    Run(long seed) {
      random = new Random(seed);
      wal = Wal.open(WatchedDirectory.over(root, watch), options());
      stream = wal.stream("s");
    }

    private WalOptions options() {
      var policies = List.of(SyncPolicy.STRICT, SyncPolicy.ASYNC, SyncPolicy.BATCH_ONLY, SyncPolicy.everyN(5),
          SyncPolicy.every(Duration.ofMillis(1)));
      return WalOptions.builder().syncPolicy(policies.get(random.nextInt(policies.size())))
          .maxSegmentSize(4096L << random.nextInt(4))
          .maxRecordsPerSegment(random.nextBoolean() ? 0 : 1 + random.nextInt(20))
          .maxOpenSegments(4 + random.nextInt(6)).writeBufferSize(4096 << random.nextInt(3))
          .readBufferSize(4096 << random.nextInt(3)).preallocate(random.nextBoolean())
          .readStrategy(random.nextBoolean() ? ReadStrategy.MMAP : ReadStrategy.STANDARD_IO).build();
    }

    void go() throws IOException {
      for (var i = 0; i < STEPS; i++) {
        step();
        checkEnds();
      }
      checkContent();
      wal.close();
    }

    private void note(String step) {
      steps.addLast(step);
      if (steps.size() > 25) {
        steps.removeFirst();
      }
    }

    private byte[] some() {
      var record = new byte[random.nextInt(30) == 0 ? random.nextInt(10_000) : random.nextInt(120)];
      random.nextBytes(record);
      return record;
    }

    private List<byte[]> several(int atMost) {
      var batch = new ArrayList<byte[]>();
      for (var n = random.nextInt(atMost + 1); n > 0; n--) {
        batch.add(some());
      }
      return batch;
    }

    private long end() {
      return model.size();
    }

    private long anyId() {
      return random.nextInt((int) (end() + 3));
    }

    private void step() throws IOException {
      switch (random.nextInt(24)) {
        case 0, 1, 2, 3 -> append();
        case 4, 5, 6 -> appendBatch();
        case 7, 8 -> appendAsync();
        case 9 -> txn();
        case 10, 11 -> get();
        case 12 -> getAll();
        case 13 -> read();
        case 14, 15 -> follow();
        case 16 -> openCursor();
        case 17 -> truncateBefore();
        case 18 -> truncateFrom();
        case 19 -> sync();
        case 20 -> reopen();
        case 21 -> die();
        case 22 -> delete();
        default -> readOnly();
      }
    }

    private void append() {
      var record = some();
      note("append " + record.length);
      assertEquals(end(), stream.append(record));
      model.add(record);
      appended(true);
    }

    private void appendBatch() {
      var batch = several(12);
      note("appendBatch of " + batch.size());
      assertEquals(new IdRange(end(), end() + batch.size()), stream.appendBatch(batch));
      model.addAll(batch);
      appended(!batch.isEmpty());
    }

    private void appendAsync() {
      var records = several(20);
      note("appendAsync of " + records.size());
      var futures = new ArrayList<CompletableFuture<Long>>();
      for (var record : records) {
        var reused = record.clone();
        futures.add(stream.appendAsync(reused));
        random.nextBytes(reused);
      }
      for (var i = 0; i < futures.size(); i++) {
        assertEquals(end(), futures.get(i).join());
        model.add(records.get(i));
      }
      appended(!records.isEmpty());
    }

    private void txn() {
      var commit = random.nextInt(3) > 0;
      var batch = several(5);
      note((commit ? "commit " : "abandon ") + batch.size());
      try (var txn = stream.txn()) {
        batch.forEach(txn::add);
        if (commit) {
          assertEquals(new IdRange(end(), end() + batch.size()), txn.commit());
          model.addAll(batch);
          appended(!batch.isEmpty());
        }
      }
    }

    private void assertHas(long id, byte[] found) {
      assertArrayEquals(model.get((int) id), found, () -> "record " + id);
    }

    private boolean isThere(long id) {
      return id >= first && id < end();
    }

    private void get() {
      var id = anyId();
      note("get " + id);
      var found = stream.get(id);
      assertEquals(isThere(id), found.isPresent(), () -> "record " + id);
      found.ifPresent(bytes -> assertHas(id, bytes));
    }

    private void getAll() {
      var ids = random.ints(10, 0, (int) (end() + 3)).asLongStream().toArray();
      note("getAll");
      var found = stream.getAll(ids);
      for (var i = 0; i < ids.length; i++) {
        var id = ids[i];
        assertEquals(isThere(id), found.get(i).isPresent(), () -> "record " + id);
        found.get(i).ifPresent(bytes -> assertHas(id, bytes));
      }
    }

    private void read() {
      var from = anyId();
      note("read from " + from);
      checkRead(stream, from);
    }

    private void checkRead(LogStream from, long id) {
      try (var cursor = from.read(id)) {
        var expected = Math.max(id, first);
        while (cursor.next()) {
          assertEquals(expected, cursor.id());
          assertHas(cursor.id(), cursor.copyPayload());
          expected++;
        }
        assertEquals(Math.max(Math.max(id, first), end()), Math.max(expected, end()));
        assertTrue(expected >= end() || id >= end(), "it ended at " + expected);
      }
    }

    private void openCursor() {
      var from = anyId();
      note("open a cursor at " + from);
      followers.add(new Follower(stream.read(from), from));
    }

    private void follow() {
      if (followers.isEmpty()) {
        return;
      }
      var follower = followers.get(random.nextInt(followers.size()));
      note("follow the cursor at " + follower.next + (follower.invalid ? ", which is invalid" : ""));
      for (var n = random.nextInt(40); n >= 0; n--) {
        if (follower.invalid) {
          assertThrows(CursorInvalidatedException.class, follower.cursor::next);
          return;
        }
        try {
          if (!follower.cursor.next()) {
            assertTrue(Math.max(first, follower.next) >= end(), () -> "cursor at " + follower.next + " sees an end");
            return;
          }
        } catch (CursorInvalidatedException e) {
          assertTrue(follower.delivered && follower.next < first, () -> "cursor at " + follower.next + ": " + e);
          follower.invalid = true;
          return;
        }
        // what was truncated from the front may still be delivered from a buffer, but nothing is skipped once begun
        var expected = follower.delivered || follower.next >= first ? follower.next : first;
        assertEquals(expected, follower.cursor.id());
        assertHas(expected, follower.cursor.copyPayload());
        follower.next = expected + 1;
        follower.delivered = true;
      }
    }

    private void truncateBefore() {
      var id = random.nextInt((int) end() + 1);
      var went = stream.truncateBefore(id);
      note("truncateBefore " + id + " took " + went);
      assertEquals(first, went.start());
      assertTrue(went.isEmpty() || went.end() <= id);
      first = went.end();
    }

    private void truncateFrom() {
      var id = first + random.nextInt((int) (end() - first) + 1);
      note("truncateFrom " + id);
      assertEquals(new IdRange(id, end()), stream.truncateFrom(id));
      if (id < end()) {
        followers.stream().filter(follower -> follower.next > id).forEach(follower -> follower.invalid = true);
      }
      model.subList((int) id, model.size()).clear();
    }

    private void sync() {
      note("sync");
      if (random.nextBoolean()) {
        wal.sync();
      } else {
        stream.sync();
      }
      assertEquals(end(), stream.durableEnd());
    }

    private void reopen() {
      note("close and open");
      var sealed = written; // what an earlier process left unsealed is sealed when there is more to write
      wal.close();
      start();
      if (sealed) {
        assertEquals("CLEAN", stream.recovery().outcome().name());
      }
      assertEquals(end(), stream.durableEnd());
    }

    private void die() throws IOException {
      note("the process dies");
      var former = wal;
      root = Logs.afterProcessDeath(watch, root);
      watch = new Watch();
      start();
      former.close(); // in its own copy of the world
    }

    private void appended(boolean something) {
      created |= something;
      written |= something;
    }

    private void start() {
      followers.clear();
      written = false;
      wal = Wal.open(WatchedDirectory.over(root, watch), options());
      stream = wal.stream("s");
      checkContent();
    }

    private void delete() {
      if (random.nextInt(4) > 0) {
        return;
      }
      note("delete the stream");
      assertEquals(created, wal.deleteStream("s"));
      followers.clear();
      model.clear();
      first = 0;
      created = false;
      written = false;
      stream = wal.stream("s");
    }

    private void readOnly() {
      note("read beside the writer");
      stream.sync();
      try (var reader = Wal.openReadOnly(root, options())) {
        assertEquals(created, reader.hasStream("s"));
        if (created) {
          var other = reader.stream("s");
          assertEquals(first, other.firstId());
          assertEquals(end(), other.nextId());
          checkRead(other, first);
        }
      }
    }

    private void checkEnds() {
      assertEquals(first, stream.firstId());
      assertEquals(end(), stream.nextId());
      assertTrue(stream.durableEnd() <= end());
      assertEquals(created, wal.hasStream("s"));
      assertEquals(created ? List.of("s") : List.of(), wal.streamNames());
      var next = first;
      for (var segment : stream.segments()) {
        assertEquals(next, segment.ids().start());
        next = segment.ids().end();
      }
      assertEquals(end(), next);
    }

    private void checkContent() {
      checkRead(stream, 0);
      for (var id = first; id < end(); id++) {
        assertHas(id, stream.get(id).orElseThrow());
      }
      assertFalse(stream.get(end()).isPresent());
    }
  }
}
