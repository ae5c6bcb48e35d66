package dev.holdfast.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.limit.LimitParallelSync;
import dev.holdfast.benchmarks.measure.Figures;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Operation;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.measure.ThreadKind;
import dev.holdfast.benchmarks.report.Bound;
import dev.holdfast.benchmarks.report.Bound.Sense;
import dev.holdfast.benchmarks.report.Figure;
import dev.holdfast.benchmarks.report.Unit;
import dev.holdfast.shard.ShardedWal;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The sharded log: what routing adds to an append, and what checkpoints cost. */
@Command(name = "shards", description = "A sharded log: appending by key, taking, loading and opening checkpoints.")
final class ShardsWorkload extends Workload {
  private static final int SHARDS = 16;
  private static final int SIZE = 128;
  private static final int KEYS = 1024;
  private static final int OPENINGS = 15;
  private static final WalOptions ASYNC = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).build();

  @Option(names = "--checkpoints", paramLabel = "N",
      description = "How many there are to load and open. Default: ${DEFAULT-VALUE}")
  int checkpoints = 10_000;

  @Override
  protected void measure(Session session) throws Exception {
    session.report().begin("shards", SHARDS + " shards, records of " + SIZE + " B, one thread");
    if (session.measuresHoldfast()) {
      measureRouting(session);
    }
    measureTaking(session);
    if (session.measuresHoldfast()) {
      measureManyCheckpoints(session);
    }
  }

  // ---- routing

  private static void measureRouting(Session session) throws Exception {
    Settings settings = session.settings();
    byte[][] keys = IntStream.range(0, KEYS).mapToObj(i -> ("account-" + (100_000_000 + i)).getBytes(
        StandardCharsets.UTF_8)).toArray(byte[][]::new);
    byte[] record = Records.ofSize(SIZE);
    try (Programs programs = Programs.in(session)) {
      Wal wal = Wal.open(programs.path("streams"), ASYNC);
      programs.closing(wal::close);
      ShardedWal sharded = ShardedWal.open(programs.path("shards"), ASYNC, SHARDS);
      programs.closing(sharded::close);
      LogStream[] streams = new LogStream[KEYS];
      for (int i = 0; i < KEYS; i++) {
        streams[i] = wal.stream("stream-" + sharded.shardFor(keys[i]));
      }
      Operation known = i -> streams[(int) i & (KEYS - 1)].append(record);
      Operation routed = i -> sharded.append(keys[(int) i & (KEYS - 1)], record);
      programs.add("streams, known by then", known);
      programs.add("shards, by key", routed);
      programs.add("shardFor alone", i -> consume(sharded.shardFor(keys[(int) i & (KEYS - 1)])));
      List<Series> series = programs.takeTurns(
          settings.load(ThreadKind.PLATFORM, 1, SIZE, Load.Timing.ROUND), settings.rounds);
      Tables.addRates(session.report(), "append, ASYNC, key of 17 B", series, 1);
      addRoutingBounds(session, series, allocatedBy(routed) - allocatedBy(known));
    }
  }

  private static void addRoutingBounds(Session session, List<Series> series, double allocated) {
    double[] differences = new double[series.getFirst().rounds().size()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = series.get(1).rounds().get(i).nanosPerOperation()
          - series.get(0).rounds().get(i).nanosPerOperation();
    }
    double added = Series.median(differences);
    session.report().add("append, ASYNC, key of 17 B", "routing adds",
        List.of(new Figure("each", added, Unit.TIME), new Figure("allocated", allocated, Unit.SIZE)));
    session.report().add(new Bound("routing a key, alone", series.get(2).median(Figures::nanosPerOperation),
        Sense.AT_MOST, 100, Unit.TIME));
    session.report()
        .add(new Bound("routing and bookkeeping, of an append: median of the difference in each round", added,
            Sense.AT_MOST, 100, Unit.TIME));
    session.report().add(new Bound("routing and bookkeeping allocate no more than the position", allocated,
        Sense.AT_MOST, 24, Unit.SIZE));
  }

  /** Returns how many bytes one call allocates on the calling thread. */
  private static double allocatedBy(Operation operation) throws Exception {
    int calls = 20_000;
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < calls; i++) {
      operation.run(i);
    }
    return Math.rint((double) (threads.getCurrentThreadAllocatedBytes() - before) / calls);
  }

  private static void consume(int value) {
    if (value < 0) {
      throw new IllegalStateException("negative: " + value);
    }
  }

  // ---- checkpoints

  private static void measureTaking(Session session) throws Exception {
    Settings settings = session.settings();
    byte[] record = Records.ofSize(SIZE);
    try (Programs programs = Programs.in(session)) {
      Path files = Files.createDirectory(programs.path("files"));
      LimitParallelSync limit = programs.closing(
          LimitParallelSync.create(files, SHARDS, Math.min(settings.limitFileSize, 1 << 20), settings.channel));
      programs.add("write and sync 16 files", _ -> limit.run(record));
      if (session.measuresHoldfast()) {
        ShardedWal log = ShardedWal.open(programs.path("shards"), ASYNC, SHARDS);
        programs.closing(log::close);
        byte[][] keys = keysOfEachShard(log);
        programs.add("append and checkpoint", i -> {
          for (byte[] key : keys) {
            log.append(key, record);
          }
          log.createCheckpoint("checkpoint " + i % 100);
        });
      }
      List<Series> series = programs.takeTurns(
          settings.load(ThreadKind.PLATFORM, 1, SIZE * SHARDS, Load.Timing.EACH), settings.rounds);
      Tables.addLatencies(session.report(), "checkpoint, a record each", series);
      if (session.measuresHoldfast()) {
        session.report()
            .add(new Bound("taking a checkpoint of 16 shards: median latency, of one parallel sync of 16 files",
                series.getLast().ratioTo(series.getFirst(), Figures::median), Sense.AT_MOST, 2, Unit.RATIO));
      }
    }
  }

  private static byte[][] keysOfEachShard(ShardedWal log) {
    return IntStream.range(0, SHARDS).mapToObj(shard -> IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> ("key-" + i).getBytes(StandardCharsets.UTF_8)).filter(key -> log.shardFor(key) == shard)
        .findFirst().orElseThrow()).toArray(byte[][]::new);
  }

  private void measureManyCheckpoints(Session session) throws Exception {
    String setting = checkpoints + " checkpoints";
    try (Programs programs = Programs.in(session)) {
      Path directory = programs.path("shards");
      byte[][] ids = IntStream.range(0, checkpoints)
          .mapToObj(i -> ("checkpoint-" + i).getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
      try (ShardedWal log = ShardedWal.open(directory, ASYNC, SHARDS)) {
        for (byte[] id : ids) {
          log.createCheckpoint(id);
        }
        programs.add("load by id",
            i -> consume(log.checkpoint(ids[(int) (i * 7919 % ids.length)]).orElseThrow().shardCount()));
        List<Series> series = programs.takeTurns(
            session.settings().load(ThreadKind.PLATFORM, 1, 1, Load.Timing.ROUND), session.settings().rounds);
        Tables.addRates(session.report(), setting, series, 1);
        session.report().add(new Bound("loading a checkpoint by id of " + checkpoints,
            series.getFirst().median(Figures::nanosPerOperation), Sense.AT_MOST, 1000, Unit.TIME));
      }
      measureOpening(session, setting, directory);
    }
  }

  private void measureOpening(Session session, String setting, Path directory) {
    double[] nanos = new double[OPENINGS];
    for (int i = 0; i < OPENINGS; i++) {
      long begun = System.nanoTime();
      ShardedWal log = ShardedWal.open(directory, ASYNC, SHARDS);
      nanos[i] = System.nanoTime() - begun;
      if (log.checkpoints().size() != checkpoints) {
        throw new IllegalStateException("checkpoints are missing");
      }
      log.close();
    }
    double median = Series.median(nanos);
    session.report().add(setting, "open after a close", List.of(new Figure("median", median, Unit.TIME),
        new Figure("first", nanos[0], Unit.TIME)));
    session.report().add(new Bound("opening with " + checkpoints + " checkpoints, warm JVM", median, Sense.AT_MOST,
        50_000_000, Unit.TIME));
  }
}
