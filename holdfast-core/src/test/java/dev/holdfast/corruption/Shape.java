package dev.holdfast.corruption;

import dev.holdfast.LogStream;
import dev.holdfast.SegmentInfo;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.compression.TinyLz4;
import dev.holdfast.storage.MemoryDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A log that is going to be damaged: its bytes, and what it must give back.
 *
 * @param name what is special about it
 * @param image its bytes
 * @param records what was appended and not truncated, by id
 * @param required every record below this id was promised durable
 * @param everyBit whether every bit of its structures has its turn, not only some
 * @param earlier what its bytes were while it was written
 */
public record Shape(String name, LogImage image, SortedMap<Long, byte[]> records, long required, boolean everyBit,
    List<LogImage> earlier) {
  public static final String STREAM = "orders";
  public static final String PREFIX = "streams/" + STREAM + "/";
  public static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).readBufferSize(4096)
      .writeBufferSize(4096).compressor(new TinyLz4()).build();
  private static final long SEED = 20_261_121;

  /** Returns the first id. */
  public long firstId() {
    return records.firstKey();
  }

  /** Returns the id after the last record. */
  public long end() {
    return records.lastKey() + 1;
  }

  @Override
  public String toString() {
    return name;
  }

  /** Does something to a log, noting every record in {@code Script#records}. */
  private interface Steps {
    void run(Script script);
  }

  /** A log being written, and what it must give back. */
  static final class Script {
    final MemoryDirectory directory = new MemoryDirectory();
    final TreeMap<Long, byte[]> records = new TreeMap<>();
    final List<LogImage> earlier = new ArrayList<>();
    private final Random random = new Random(SEED);
    private final WalOptions options;
    private Wal wal;

    Script(WalOptions options) {
      this.options = options;
      this.wal = Wal.open(directory, options);
    }

    LogStream stream() {
      return wal.stream(STREAM);
    }

    void reopen() {
      wal.close();
      wal = Wal.open(directory, options);
    }

    byte[] payload(int limit) {
      var payload = new byte[random.nextInt(limit)];
      random.nextBytes(payload);
      return payload;
    }

    void append(int count) {
      for (var i = 0; i < count; i++) {
        var payload = payload(i % 5 == 0 ? 1 : 1500);
        records.put(stream().append(payload), payload);
        earlier.add(LogImage.of(directory));
      }
    }

    void batch(int count, int limit) {
      var batch = new ArrayList<byte[]>();
      for (var i = 0; i < count; i++) {
        batch.add(payload(limit));
      }
      var ids = stream().appendBatch(batch);
      for (var i = 0; i < count; i++) {
        records.put(ids.start() + i, batch.get(i));
      }
      earlier.add(LogImage.of(directory));
    }

    void truncateFrom(long id) {
      stream().truncateFrom(id);
      records.tailMap(id, true).clear();
    }

    void truncateBefore(long id) {
      stream().truncateBefore(id);
      records.headMap(stream().firstId(), false).clear();
    }

    /** Waits until the sealing behind the last rotation is over, so that every run gives the same files. */
    void settle() {
      while (stream().segments().stream().filter(info -> info.state() != SegmentInfo.State.SEALED).count() > 1) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private static Shape closed(String name, Steps steps) {
    var script = new Script(OPTIONS);
    steps.run(script);
    script.wal.close();
    return new Shape(name + ", closed", LogImage.of(script.directory), script.records, script.records.lastKey() + 1,
        name.equals("several segments") || name.equals("one segment"), script.earlier);
  }

  private static Shape killed(String name, Steps steps) {
    var script = new Script(OPTIONS);
    steps.run(script);
    script.settle();
    var image = LogImage.of(script.directory);
    script.wal.close();
    return new Shape(name + ", killed", image, script.records, script.records.lastKey() + 1,
        !name.equals("several segments"), script.earlier);
  }

  private static Shape killedAsync() {
    var script = new Script(OPTIONS.toBuilder().syncPolicy(SyncPolicy.ASYNC).build());
    script.append(12);
    script.stream().sync();
    var required = script.stream().durableEnd();
    script.append(5);
    script.batch(3, 50);
    script.settle();
    var image = LogImage.of(script.directory);
    script.wal.close();
    return new Shape("asynchronous, killed", image, script.records, required, false, script.earlier);
  }

  private static void several(Script script) {
    script.append(14);
  }

  private static void batches(Script script) {
    script.batch(3, 100);
    script.append(2);
    script.batch(12, 900);
    script.batch(4, 300);
    script.batch(1, 30);
    script.batch(40, 1);
  }

  private static void cutAtTheBack(Script script) {
    script.append(16);
    script.truncateFrom(7);
    script.append(9);
  }

  private static void cutAtTheBackOnly(Script script) {
    script.append(6);
    script.batch(4, 60);
    script.truncateFrom(8);
  }

  private static void cutAtTheFront(Script script) {
    script.append(14);
    script.truncateBefore(9);
    script.append(2);
  }

  private static void reopened(Script script) {
    for (var i = 0; i < 3; i++) {
      script.append(2);
      script.batch(2, 20);
      script.reopen();
    }
    script.append(3);
  }

  /** Returns all shapes. */
  public static List<Shape> all() {
    var shapes = new ArrayList<Shape>();
    Map<String, Steps> steps = new TreeMap<>(Map.of("one segment", script -> script.append(9), "several segments",
        Shape::several, "batches", Shape::batches, "cut at the back", Shape::cutAtTheBack, "only cut at the back",
        Shape::cutAtTheBackOnly, "cut at the front", Shape::cutAtTheFront, "reopened", Shape::reopened));
    steps.forEach((name, what) -> {
      shapes.add(closed(name, what));
      shapes.add(killed(name, what));
    });
    shapes.add(killedAsync());
    return shapes;
  }
}
