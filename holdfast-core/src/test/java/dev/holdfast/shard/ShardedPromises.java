package dev.holdfast.shard;

import dev.holdfast.testkit.Outage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a sharded log has promised to a program that does one thing after the other.
 *
 * @param shards what each shard has promised
 * @param checkpoints those that are there, oldest first; of those that may have been removed see {@code removable}
 * @param taking one that is being taken, at most
 * @param removable how many of the oldest may be gone already
 */
record ShardedPromises(List<Shard> shards, List<Taken> checkpoints, List<Taken> taking, int removable) {

  /**
   * A shard.
   *
   * @param parts what was or is being appended, each all or nothing
   * @param acknowledged how many parts
   * @param durable how many of those
   * @param pruned records below may be gone
   */
  record Shard(List<List<String>> parts, int acknowledged, int durable, long pruned) {
    List<String> values() {
      return parts.stream().flatMap(List::stream).toList();
    }

    long endOf(int count) {
      return parts.subList(0, count).stream().mapToLong(List::size).sum();
    }

    long acknowledgedEnd() {
      return endOf(acknowledged);
    }

    Shard appending(List<String> values) {
      var more = new ArrayList<>(parts);
      more.add(List.copyOf(values));
      return new Shard(List.copyOf(more), acknowledged, durable, pruned);
    }

    Shard appended(boolean synced) {
      return new Shard(parts, parts.size(), synced ? parts.size() : durable, pruned);
    }

    Shard allDurable() {
      return new Shard(parts, acknowledged, acknowledged, pruned);
    }

    Shard prunedBelow(long id) {
      return new Shard(parts, acknowledged, durable, Math.max(pruned, id));
    }

    /** Leaves only what was found. */
    Shard endingWith(long end) {
      var count = IntStream.rangeClosed(0, parts.size()).filter(n -> endOf(n) == end).findFirst().orElseThrow();
      return new Shard(parts.subList(0, count), count, Math.min(count, durable), pruned);
    }

    boolean canEndWith(long end) {
      return IntStream.rangeClosed(0, parts.size()).anyMatch(n -> endOf(n) == end);
    }
  }

  /** A checkpoint. */
  record Taken(String id, List<Long> offsets) {}

  static ShardedPromises nothing(int shards) {
    return new ShardedPromises(Collections.nCopies(shards, new Shard(List.of(), 0, 0, 0)), List.of(), List.of(), 0);
  }

  private ShardedPromises with(List<Shard> other) {
    return new ShardedPromises(List.copyOf(other), checkpoints, taking, removable);
  }

  ShardedPromises allDurable() {
    return with(shards.stream().map(Shard::allDurable).toList());
  }

  ShardedPromises beginAppend(List<Integer> to, List<String> values) {
    return with(IntStream.range(0, shards.size())
        .mapToObj(shard -> to.contains(shard) ? shards.get(shard).appending(values) : shards.get(shard)).toList());
  }

  ShardedPromises endAppend(boolean synced) {
    return with(shards.stream().map(shard -> shard.appended(synced)).toList());
  }

  ShardedPromises beginCheckpoint(String id) {
    var offsets = shards.stream().map(Shard::acknowledgedEnd).toList();
    return new ShardedPromises(shards, checkpoints, List.of(new Taken(id, offsets)), removable);
  }

  ShardedPromises endCheckpoint() {
    var all = new ArrayList<>(checkpoints);
    all.removeIf(checkpoint -> checkpoint.id().equals(taking.getFirst().id()));
    all.add(taking.getFirst());
    return new ShardedPromises(shards, List.copyOf(all), List.of(), 0).allDurable();
  }

  ShardedPromises beginPrune() {
    if (checkpoints.isEmpty()) {
      return this;
    }
    var offsets = checkpoints.getLast().offsets();
    return with(
        IntStream.range(0, shards.size()).mapToObj(i -> shards.get(i).prunedBelow(offsets.get(i))).toList());
  }

  ShardedPromises beginCompaction(int keep) {
    return new ShardedPromises(shards, checkpoints, List.of(), Math.max(0, checkpoints.size() - keep));
  }

  ShardedPromises endCompaction() {
    return new ShardedPromises(shards, checkpoints.subList(removable, checkpoints.size()), List.of(), 0);
  }

  // ---- after a crash

  /** Checks that the log keeps the promises. */
  void check(ShardedWal log, Outage outage) {
    for (var shard = 0; shard < shards.size(); shard++) {
      check(log, shard, outage);
    }
    checkCheckpoints(log);
  }

  private void check(ShardedWal log, int index, Outage outage) {
    var shard = shards.get(index);
    var least = shard.endOf(outage == Outage.POWER_LOSS ? shard.durable() : shard.acknowledged());
    var end = log.nextIds()[index];
    require(end >= least, "shard " + index + " ends with " + end + ", promised was " + least);
    require(shard.canEndWith(end), "shard " + index + " has half a batch: it ends with " + end);
    var first = log.firstIds()[index];
    require(first <= shard.pruned(), "shard " + index + " begins with " + first + ", pruned was " + shard.pruned());
    var found = Sharded.records(log, index, 0);
    require(found.equals(shard.values().subList((int) first, (int) end)), "shard " + index + " holds " + found);
  }

  /** The same as they should be; or with the one that was being taken; or without those that were being removed. */
  private void checkCheckpoints(ShardedWal log) {
    var found = new LinkedHashMap<String, List<Long>>();
    log.checkpoints().forEach(each -> found.put(each.idText(), Arrays.stream(each.offsets()).boxed().toList()));
    var possible = new ArrayList<Map<String, List<Long>>>();
    possible.add(asMap(checkpoints));
    possible.add(asMap(checkpoints.subList(removable, checkpoints.size())));
    if (!taking.isEmpty()) {
      possible.add(asMap(endCheckpoint().checkpoints()));
    }
    require(possible.stream().anyMatch(each -> sameInOrder(each, found)),
        "checkpoints are " + found + ", should be one of " + possible);
    for (var checkpoint : log.checkpoints()) {
      require(log.checkpoint(checkpoint.id()).orElseThrow().equals(checkpoint), "not found by its id: " + checkpoint);
      for (var shard = 0; shard < shards.size(); shard++) {
        require(checkpoint.offset(shard) <= log.nextIds()[shard], "beyond the end: " + checkpoint);
      }
    }
    var latest = log.latestCheckpoint().map(Checkpoint::idText).orElse("");
    require(latest.equals(found.isEmpty() ? "" : found.lastEntry().getKey()), "the latest is " + latest);
  }

  private static Map<String, List<Long>> asMap(List<Taken> list) {
    var map = new LinkedHashMap<String, List<Long>>();
    list.forEach(each -> map.put(each.id(), each.offsets()));
    return map;
  }

  private static boolean sameInOrder(Map<String, List<Long>> a, Map<String, List<Long>> b) {
    return List.copyOf(a.entrySet()).equals(List.copyOf(b.entrySet()));
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new AssertionError(problem);
    }
  }

  /** Returns what is promised from now on: what was found, which is durable as far as it was before. */
  ShardedPromises goOnFrom(ShardedWal log) {
    var taken = log.checkpoints().stream()
        .map(each -> new Taken(each.idText(), Arrays.stream(each.offsets()).boxed().toList())).toList();
    var left = IntStream.range(0, shards.size()).mapToObj(i -> shards.get(i).endingWith(log.nextIds()[i])).toList();
    return new ShardedPromises(left, taken, List.of(), 0);
  }
}
