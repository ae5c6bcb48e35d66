package dev.holdfast.internal.log;

import dev.holdfast.Compression;
import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.StreamOptions;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.CheckpointRecord;
import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.internal.format.ShardNames;
import dev.holdfast.internal.stream.WritableStream;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A sharded log that has been opened: its roots belong together, and all its streams are there.
 *
 * @param log all of it, to be closed
 * @param shards the streams of the shards, in their order
 * @param checkpoints the stream of the checkpoints
 */
public record OpenShards(Wal log, List<LogStream> shards, LogStream checkpoints) {
  private static final int CHECKPOINT_SEGMENT = 1 << 20;
  private static final int MAX_COMPACTION = 1 << 30;

  /**
   * Opens a sharded log for writing.
   *
   * @param shardCount how many shards it has, or is to be created with; 0 = as it was created, it must exist
   * @throws IllegalArgumentException if these are not its roots
   */
  public static OpenShards forWriting(List<? extends Directory> directories, WalOptions options, int shardCount) {
    return forWriting(directories, options, shardCount, Surroundings.SYSTEM);
  }

  private static OpenShards forWriting(List<? extends Directory> directories, WalOptions options, int shardCount,
      Surroundings surroundings) {
    Objects.requireNonNull(options, "options");
    var homes = homes(directories);
    if (shardCount != 0 && (shardCount < homes.size() || shardCount > ShardNames.MAX_SHARDS)) {
      throw new IllegalArgumentException("shardCount must be from " + homes.size() + ", the number of roots, to "
          + ShardNames.MAX_SHARDS + ", not " + shardCount);
    }
    var roots = new LogRoots(homes);
    try {
      decide(roots, shardCount); // before anything is touched, also the lock files
      var log = WritableLog.open(roots, options, surroundings, () -> prepare(roots, shardCount, surroundings));
      try {
        return openStreams(roots, log, options);
      } catch (IOException | RuntimeException | Error e) {
        closeAfter(e, log);
        throw e;
      }
    } catch (IOException e) {
      throw new WalIOException("cannot open the sharded log in " + roots.label() + ": " + e.getMessage(), e);
    }
  }

  /** Opens a sharded log for reading. */
  public static OpenShards forReading(List<? extends Directory> directories, WalOptions options) {
    Objects.requireNonNull(options, "options");
    var roots = new LogRoots(homes(directories));
    try {
      var shardCount = existing(roots, decide(roots, 0));
      if (!hasCheckpoints(roots)) {
        throw new IllegalArgumentException("the creation of the sharded log in " + roots.label()
            + " was not finished: opening it for writing does that");
      }
      requireShards(roots, shardCount);
      var log = ReadOnlyLog.open(roots, options);
      try {
        var shards = IntStream.range(0, shardCount).mapToObj(shard -> log.stream(ShardNames.of(shard))).toList();
        return new OpenShards(log, shards, log.systemStream(ShardNames.CHECKPOINTS, options));
      } catch (RuntimeException | Error e) {
        closeAfter(e, log);
        throw e;
      }
    } catch (IOException e) {
      throw new WalIOException("cannot open the sharded log in " + roots.label() + ": " + e.getMessage(), e);
    }
  }

  /** Returns whether a directory is, or was to become, part of a log. */
  public static boolean isRoot(Directory directory) {
    try {
      return new LogHome(directory).format().isPresent();
    } catch (IOException e) {
      throw new WalIOException("cannot look into " + directory + ": " + e.getMessage(), e);
    }
  }

  private static List<LogHome> homes(List<? extends Directory> directories) {
    if (directories.isEmpty()) {
      throw new IllegalArgumentException("roots must not be empty");
    }
    var paths = new HashSet<>();
    for (var directory : directories) {
      directory.path().filter(path -> !paths.add(path)).ifPresent(path -> {
        throw new IllegalArgumentException("roots must be different directories, but " + path + " is there twice");
      });
    }
    return directories.stream().map(LogHome::new).toList();
  }

  // ---- roots

  private static RootsDecision decide(LogRoots roots, int shardCount) throws IOException {
    var found = new ArrayList<RootsDecision.Root>();
    for (var home : roots.all()) {
      found.add(new RootsDecision.Root(home.label(), home.format().orElse(null), home.hasStreams()));
    }
    var decision = RootsDecision.of(found, shardCount);
    if (decision instanceof RootsDecision.Create && shardCount == 0) {
      throw new IllegalArgumentException(
          "there is no sharded log in " + roots.label() + ": to create one, say how many shards it is to have");
    }
    return decision;
  }

  private static int existing(LogRoots roots, RootsDecision decision) {
    return switch (decision) {
      case RootsDecision.Open(var count) -> count;
      case RootsDecision.Create() -> throw new IllegalStateException(roots.label() + " holds no log");
    };
  }

  /** Decides again, now that nobody else can change anything, and creates, durably, what is to be created. */
  private static void prepare(LogRoots roots, int shardCount, Surroundings surroundings) throws IOException {
    if (decide(roots, shardCount) instanceof RootsDecision.Create) {
      create(roots, shardCount, surroundings);
    }
  }

  /** The first root gets its FORMAT last: from then on there is a log, and all its roots say so. */
  private static void create(LogRoots roots, int shardCount, Surroundings surroundings) throws IOException {
    var homes = roots.all();
    for (var home : homes) {
      home.createDirectories();
    }
    var logId = surroundings.newLogId().get();
    var now = surroundings.clock().millis();
    for (var i = homes.size() - 1; i >= 0; i--) {
      homes.get(i).writeFormat(LogFormat.ofNewShardedLog(logId, i, homes.size(), shardCount, now));
    }
  }

  // ---- streams

  /**
   * The stream of the checkpoints is created after all shards: where it is, a shard that is missing has been lost, and
   * where it is not, nothing has been appended.
   */
  private static OpenShards openStreams(LogRoots roots, WritableLog log, WalOptions options) throws IOException {
    var shardCount = existing(roots, decide(roots, 0));
    var finished = hasCheckpoints(roots);
    if (finished) {
      requireShards(roots, shardCount);
    }
    var shards = InParallel.map(IntStream.range(0, shardCount).boxed().toList(),
        shard -> openShard(roots, log, shard, finished));
    var checkpoints = log.systemStream(ShardNames.CHECKPOINTS, checkpointOptions(options, shardCount));
    checkpoints.createEmpty();
    return new OpenShards(log, shards, checkpoints);
  }

  private static LogStream openShard(LogRoots roots, WritableLog log, int shard, boolean finished) {
    var stream = (WritableStream) log.stream(ShardNames.of(shard), StreamOptions.none());
    if (!finished) {
      if (stream.nextId() > 0) {
        throw new CorruptionException(checkpointsFile(roots), 0, 0,
            "the stream of the checkpoints is missing, but shard " + shard + " has records; restore it from a copy");
      }
      stream.createEmpty();
    }
    return stream;
  }

  private static boolean hasCheckpoints(LogRoots roots) throws IOException {
    return roots.first().system().exists(ShardNames.CHECKPOINTS);
  }

  private static String checkpointsFile(LogRoots roots) {
    return roots.first().label() + "/" + roots.first().labelOfSystem(ShardNames.CHECKPOINTS);
  }

  private static void requireShards(LogRoots roots, int shardCount) throws IOException {
    for (var shard = 0; shard < shardCount; shard++) {
      var name = ShardNames.of(shard);
      if (!roots.of(name).streams().exists(name)) {
        throw new CorruptionException(roots.of(name).label() + "/" + roots.of(name).labelOf(name), 0, 0,
            "the directory of shard " + shard + " is missing; restore it from a copy, nothing was changed");
      }
    }
  }

  /**
   * A checkpoint is durable when it is taken whatever the policy of the records; segments are small, so that compaction
   * gives space back; a compaction is one batch.
   */
  private static WalOptions checkpointOptions(WalOptions options, int shardCount) {
    return options.toBuilder().syncPolicy(SyncPolicy.STRICT).maxSegmentSize(CHECKPOINT_SEGMENT).maxRecordsPerSegment(0)
        .maxRecordSize(CheckpointRecord.maxSize(shardCount)).maxBatchSize(MAX_COMPACTION)
        .compression(Compression.NONE).completionExecutor(Runnable::run).build();
  }

  private static void closeAfter(Throwable failure, Wal log) {
    try {
      log.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
