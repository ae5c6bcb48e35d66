package dev.holdfast.shard;

import dev.holdfast.LogStream;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.RoutingHash;
import dev.holdfast.internal.log.InParallel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of many keys, by shard: each shard gets its part as one batch, all at the same time. */
final class ShardBatch {
  private final List<Part> parts;
  private final ShardPosition[] positions;

  /** What goes to one shard, and where each of it is in the input. */
  private static final class Part {
    private final int shard;
    private final List<byte[]> values = new ArrayList<>();
    private final List<Integer> places = new ArrayList<>();
    private long size;

    Part(int shard) {
      this.shard = shard;
    }
  }

  private ShardBatch(List<Part> parts, int count) {
    this.parts = parts;
    this.positions = new ShardPosition[count];
  }

  /**
   * Sorts records by shard.
   *
   * @throws RecordTooLargeException if a record, or a part, is over its limit: then nothing is appended anywhere
   */
  static ShardBatch of(List<KeyedRecord> records, int shards, WalOptions options) {
    var byShard = new @Nullable Part[shards];
    var parts = new ArrayList<Part>();
    for (var place = 0; place < records.size(); place++) {
      var shard = RoutingHash.shardOf(records.get(place).key(), shards);
      var part = byShard[shard];
      if (part == null) {
        part = new Part(shard);
        byShard[shard] = part;
        parts.add(part);
      }
      add(part, records.get(place).value(), place, options);
    }
    return new ShardBatch(parts, records.size());
  }

  private static void add(Part part, byte[] value, int place, WalOptions options) {
    part.values.add(value);
    part.places.add(place);
    part.size += Integer.BYTES + value.length;
    if (value.length > options.maxRecordSize()) {
      throw new RecordTooLargeException("record " + place + " of the batch has " + value.length
          + " bytes, over the limit of " + options.maxRecordSize()
          + " (WalOptions.maxRecordSize); nothing was appended");
    }
    if (part.size > options.maxBatchSize()) {
      throw new RecordTooLargeException("the part of the batch for shard " + part.shard + " has more than "
          + options.maxBatchSize()
          + " bytes, 4 for each record included (WalOptions.maxBatchSize); nothing was appended");
    }
  }

  /** Appends every part and returns the positions in the order of the input. */
  List<ShardPosition> appendTo(List<LogStream> shards) {
    if (parts.isEmpty()) {
      return List.of();
    }
    var ranges = InParallel.map(parts, part -> shards.get(part.shard).appendBatch(part.values));
    for (var i = 0; i < parts.size(); i++) {
      var part = parts.get(i);
      var id = ranges.get(i).start();
      for (int place : part.places) {
        positions[place] = new ShardPosition(part.shard, id++);
      }
    }
    return List.of(positions);
  }
}
