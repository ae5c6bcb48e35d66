package dev.holdfast.process;

import dev.holdfast.IdRange;
import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import dev.holdfast.process.KillEvent.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The process that is killed: appends to each stream from several threads in every way there is, truncates at both
 * ends, and tells what was acknowledged before it goes on. Begins when told to on its input, and closes the log when
 * told so.
 *
 * <p>
 * Arguments: directory, seed, round, policy, segment size; and the number of streams, if there shall be several, and
 * besides them some that are created and deleted again and again.
 */
final class KillWriter {
  static final String STREAM = "ledger";
  static final int THREADS = 4;
  private static final int WINDOW = 12;
  private static final int KEPT = 400;

  private final EventPipe out;
  private final LogStream stream;
  private final int number;
  private final SplittableRandom random;
  private final int firstWriter;

  private KillWriter(EventPipe out, LogStream stream, int number, SplittableRandom random, int life) {
    this.out = out;
    this.stream = stream;
    this.number = number;
    this.random = random;
    this.firstWriter = life * THREADS;
  }

  /** Returns the name of a stream. */
  static String name(int number) {
    return number == 0 ? STREAM : STREAM + "-" + number;
  }

  /** The program. */
  public static void main(String[] args) throws Exception {
    Class.forName(Wal.class.getName());
    if (System.in.read() != 'o') {
      return;
    }
    var out = new EventPipe();
    try {
      write(out, args);
    } catch (Throwable e) {
      out.failed(e);
    }
    Thread.sleep(60_000);
  }

  private static void write(EventPipe out, String[] args) throws IOException {
    var wal = Wal.open(Path.of(args[0]), WalOptions.builder().syncPolicy(policy(args[3]))
        .maxSegmentSize(Long.parseLong(args[4])).writeBufferSize(16 * 1024).maxOpenSegments(8).build());
    var round = Integer.parseInt(args[2]);
    var streams = args.length > 5 ? Integer.parseInt(args[5]) : 1;
    for (var number = 0; number < streams; number++) {
      var life = round * streams + number;
      var random = new SplittableRandom(Long.parseLong(args[1]) + life);
      new KillWriter(out, wal.stream(name(number)), number, random, life).begin();
    }
    if (args.length > 5) {
      out.start("brief-streams", new BriefStreams(out, wal, round)::run);
    }
    if (System.in.read() == 'c') {
      out.closing();
      out.tell(KillEvent.ids(Kind.CLOSING, 0, 0));
      wal.close();
      out.tell(KillEvent.ids(Kind.CLOSED, 0, 0));
    }
  }

  private static SyncPolicy policy(String name) {
    return switch (name) {
      case "STRICT" -> SyncPolicy.STRICT;
      case "BATCH_ONLY" -> SyncPolicy.BATCH_ONLY;
      case "ASYNC" -> SyncPolicy.ASYNC;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private void tell(KillEvent event) {
    out.tell(event.on(number));
  }

  private void begin() {
    tell(KillEvent.ids(Kind.OPENED, stream.firstId(), stream.nextId()));
    out.start("singles-1", () -> singles(firstWriter));
    out.start("singles-2", () -> singles(firstWriter + 1));
    out.start("batches", () -> batches(firstWriter + 2));
    out.start("async", () -> async(firstWriter + 3));
    out.start("truncations", this::truncations);
    out.start("reads", this::reads);
  }

  private void singles(int writer) {
    for (var operation = 0;; operation++) {
      tell(KillEvent.append(Kind.APPENDING, writer, operation, 1, 0));
      var id = stream.append(new KillRecord(writer, operation, 0, 1).bytes());
      tell(KillEvent.append(Kind.APPENDED, writer, operation, 1, id));
    }
  }

  private void batches(int writer) {
    var mine = new SplittableRandom(writer);
    for (var operation = 0;; operation++) {
      var batch = batch(writer, operation, 2 + mine.nextInt(9));
      tell(KillEvent.append(Kind.APPENDING, writer, operation, batch.size(), 0));
      IdRange ids;
      if (mine.nextBoolean()) {
        ids = stream.appendBatch(batch);
      } else {
        try (var txn = stream.txn()) {
          batch.forEach(txn::add);
          ids = txn.commit();
        }
      }
      if (ids.count() != batch.size()) {
        throw new AssertionError(ids + " for " + batch.size() + " records");
      }
      tell(KillEvent.append(Kind.APPENDED, writer, operation, batch.size(), ids.start()));
    }
  }

  static List<byte[]> batch(int writer, int operation, int count) {
    var batch = new ArrayList<byte[]>();
    for (var i = 0; i < count; i++) {
      batch.add(new KillRecord(writer, operation, i, count).bytes());
    }
    return batch;
  }

  private void async(int writer) {
    var mine = new SplittableRandom(writer);
    var pending = new ArrayDeque<CompletableFuture<Void>>();
    try {
      for (var operation = 0;; operation++) {
        while (pending.size() >= WINDOW) {
          pending.removeFirst().join();
        }
        var count = mine.nextInt(3) == 0 ? 2 + mine.nextInt(4) : 1;
        tell(KillEvent.append(Kind.APPENDING, writer, operation, count, 0));
        var batch = batch(writer, operation, count);
        var done = count == 1
            ? stream.appendAsync(batch.getFirst())
            : stream.appendBatchAsync(batch).thenApply(IdRange::start);
        var number = operation;
        pending.addLast(
            done.thenAccept(id -> tell(KillEvent.append(Kind.APPENDED, writer, number, count, id))));
      }
    } catch (CompletionException e) {
      if (e.getCause() instanceof WalClosedException closed) {
        throw closed;
      }
      throw e;
    }
  }

  private void truncations() {
    while (true) {
      pause(random.nextInt(30));
      if (random.nextInt(3) > 0) {
        var id = Math.max(stream.firstId(), stream.nextId() - KEPT - random.nextInt(KEPT));
        tell(KillEvent.ids(Kind.TRUNCATING_BEFORE, id, 0));
        var gone = stream.truncateBefore(id);
        tell(KillEvent.ids(Kind.TRUNCATED_BEFORE, gone.start(), gone.end()));
      } else {
        var back = random.nextInt(4) == 0 ? random.nextInt(150) : random.nextInt(8);
        cut(Math.max(stream.firstId(), stream.nextId() - back));
      }
      if (random.nextInt(4) == 0) {
        var end = stream.nextId();
        stream.sync();
        tell(KillEvent.ids(Kind.SYNCED, end, 0));
      }
    }
  }

  private void cut(long id) {
    tell(KillEvent.ids(Kind.TRUNCATING_FROM, id, 0));
    var gone = stream.truncateFrom(id); // if it fails, it has happened or not
    tell(KillEvent.ids(Kind.TRUNCATED_FROM, gone.start(), gone.end()));
  }

  /** Whatever is going on, a reader sees nothing but records of this test. */
  private void reads() {
    var mine = new SplittableRandom(firstWriter);
    while (true) {
      var end = stream.nextId();
      var id = stream.firstId() + (end > stream.firstId() ? mine.nextLong(end - stream.firstId()) : 0);
      stream.get(id).ifPresent(KillRecord::of);
      pause(mine.nextInt(10));
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
