package dev.holdfast.shard;

import dev.holdfast.CheckpointNotFoundException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.LogStream;
import dev.holdfast.RecordCursor;
import dev.holdfast.RecoveryReport;
import dev.holdfast.SegmentInfo;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.WalStats;
import dev.holdfast.internal.format.RoutingHash;
import dev.holdfast.internal.log.InParallel;
import dev.holdfast.internal.log.OpenShards;
import dev.holdfast.storage.Directory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A sharded log that is open. */
final class OpenShardedWal implements ShardedWal {
  private final Wal log;
  private final List<LogStream> shards;
  private final CheckpointSource checkpoints;
  private final WalOptions options;

  private OpenShardedWal(OpenShards opened, CheckpointSource checkpoints, WalOptions options) {
    this.log = opened.log();
    this.shards = List.copyOf(opened.shards());
    this.checkpoints = checkpoints;
    this.options = options;
  }

  static ShardedWal forWriting(List<? extends Directory> roots, WalOptions options, int shardCount) {
    var opened = OpenShards.forWriting(roots, options, shardCount);
    return closingOnFailure(opened, () -> {
      var replay = replayOf(opened, options);
      replay.catchUp();
      var checkpoints = new Checkpoints(opened.checkpoints(), replay.index(), InstantSource.system());
      if (options.corruptionPolicy() == CorruptionPolicy.ERROR) {
        checkpoints.requireWithin(opened.shards());
      }
      return new OpenShardedWal(opened, checkpoints, options);
    });
  }

  static ShardedWal forReading(List<? extends Directory> roots, WalOptions options) {
    var opened = OpenShards.forReading(roots, options);
    return closingOnFailure(opened, () -> {
      var checkpoints = new ReadOnlyCheckpoints(replayOf(opened, options));
      var _ = checkpoints.current();
      return new OpenShardedWal(opened, checkpoints, options);
    });
  }

  private static CheckpointReplay replayOf(OpenShards opened, WalOptions options) {
    return new CheckpointReplay(opened.checkpoints(), opened.shards().size(), options.corruptionPolicy());
  }

  private static ShardedWal closingOnFailure(OpenShards opened, Supplier<ShardedWal> opening) {
    try {
      return opening.get();
    } catch (RuntimeException | Error e) {
      try {
        opened.log().close();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  // ---- routing

  @Override
  public int shardCount() {
    return shards.size();
  }

  @Override
  public String routing() {
    return RoutingHash.NAME;
  }

  @Override
  public int shardFor(byte[] key) {
    return RoutingHash.shardOf(Objects.requireNonNull(key, "key"), shards.size());
  }

  // ---- appending

  @Override
  public ShardPosition append(byte[] key, byte[] value) {
    var shard = shardFor(key);
    return new ShardPosition(shard, shards.get(shard).append(value));
  }

  @Override
  public CompletableFuture<ShardPosition> appendAsync(byte[] key, byte[] value) {
    var shard = shardFor(key);
    var position = new CompletableFuture<ShardPosition>();
    var _ = shards.get(shard).appendAsync(value).whenComplete((id, failure) -> {
      if (failure == null) {
        position.complete(new ShardPosition(shard, id));
      } else {
        position.completeExceptionally(failure);
      }
    });
    return position;
  }

  @Override
  public List<ShardPosition> appendBatch(List<KeyedRecord> records) {
    return ShardBatch.of(List.copyOf(records), shards.size(), options).appendTo(shards);
  }

  @Override
  public List<ShardPosition> appendBatch(byte[] key, List<byte[]> values) {
    var shard = shardFor(key);
    var ids = shards.get(shard).appendBatch(values);
    return LongStream.range(ids.start(), ids.end()).mapToObj(id -> new ShardPosition(shard, id)).toList();
  }

  @Override
  public void sync() {
    InParallel.map(shards, shard -> {
      shard.sync();
      return true;
    });
  }

  // ---- reading

  @Override
  public RecordCursor read(int shard, long fromId) {
    return shard(shard).read(fromId);
  }

  @Override
  public RecordCursor tail(int shard, long fromId) {
    return shard(shard).tail(fromId);
  }

  @Override
  public RecordCursor readAfter(Checkpoint checkpoint, int shard) {
    if (checkpoint.shardCount() != shards.size()) {
      throw new IllegalArgumentException(
          "checkpoint: has " + checkpoint.shardCount() + " shards, this log has " + shards.size());
    }
    var stream = shard(shard);
    var offset = checkpoint.offset(shard);
    var cursor = stream.read(offset);
    if (stream.firstId() > offset) {
      cursor.close();
      throw new CheckpointNotFoundException("the records after checkpoint '" + checkpoint.idText()
          + "' have been pruned: shard " + shard + " begins with " + stream.firstId() + ", the checkpoint needs "
          + offset);
    }
    return cursor;
  }

  @Override
  public Optional<byte[]> get(ShardPosition position) {
    return shard(position.shard()).get(position.id());
  }

  private LogStream shard(int shard) {
    if (shard < 0 || shard >= shards.size()) {
      throw new IllegalArgumentException("shard must be from 0 to " + (shards.size() - 1) + ", not " + shard);
    }
    return shards.get(shard);
  }

  @Override
  public long[] firstIds() {
    return ofEach(LogStream::firstId);
  }

  @Override
  public long[] nextIds() {
    return ofEach(LogStream::nextId);
  }

  @Override
  public long[] durableEnds() {
    return ofEach(LogStream::durableEnd);
  }

  private long[] ofEach(ToLongFunction<LogStream> figure) {
    return shards.stream().mapToLong(figure).toArray();
  }

  @Override
  public List<SegmentInfo> segments(int shard) {
    return shard(shard).segments();
  }

  // ---- checkpoints

  @Override
  public Checkpoint createCheckpoint(String id) {
    return createCheckpoint(CheckpointId.of(id));
  }

  @Override
  public Checkpoint createCheckpoint(byte[] id) {
    return createCheckpoint(CheckpointId.of(id));
  }

  private Checkpoint createCheckpoint(CheckpointId id) {
    sync();
    return checkpoints.take(id, this::durableEnds);
  }

  @Override
  public Optional<Checkpoint> checkpoint(String id) {
    return checkpoints.current().get(CheckpointId.of(id));
  }

  @Override
  public Optional<Checkpoint> checkpoint(byte[] id) {
    return checkpoints.current().get(CheckpointId.of(id));
  }

  @Override
  public Optional<Checkpoint> latestCheckpoint() {
    return checkpoints.current().latest();
  }

  @Override
  public List<Checkpoint> checkpoints() {
    return checkpoints.current().all();
  }

  @Override
  public PruneStats pruneBefore(String id) {
    return pruneBefore(CheckpointId.of(id));
  }

  @Override
  public PruneStats pruneBefore(byte[] id) {
    return pruneBefore(CheckpointId.of(id));
  }

  private PruneStats pruneBefore(CheckpointId id) {
    var checkpoint = checkpoints.current().get(id)
        .orElseThrow(() -> new CheckpointNotFoundException("there is no checkpoint '" + id + "'"));
    var deletions = InParallel.map(IntStream.range(0, shards.size()).boxed().toList(),
        shard -> prune(shards.get(shard), checkpoint.offset(shard)));
    return new PruneStats(deletions.stream().map(SegmentDeletion::ids).toList(),
        deletions.stream().mapToInt(SegmentDeletion::segments).sum(),
        deletions.stream().mapToLong(SegmentDeletion::bytes).sum());
  }

  private static SegmentDeletion prune(LogStream stream, long offset) {
    return SegmentDeletion.before(stream, Math.min(offset, stream.nextId())); // less only if damage was given up
  }

  @Override
  public CompactionStats compactCheckpoints(int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be at least 1, not " + keep);
    }
    return checkpoints.compact(keep);
  }

  // ---- the rest

  @Override
  public Map<String, RecoveryReport> recovery() {
    return log.recovery();
  }

  @Override
  public WalStats stats() {
    return log.stats();
  }

  @Override
  public void close() {
    log.close();
  }
}
