package dev.holdfast.examples.kv;

import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.Directory;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What the explorer is told of {@link KeyValueStore}: what is done to it, what it promises, and how to see whether that
 * was kept.
 *
 * @param policy STRICT, or it is wrong
 * @param compaction when it is compacted in the background
 */
record KeyValueProgram(SyncPolicy policy,
    SnapshotPolicy compaction) implements CrashProgram<KeyValueProgram.Command, KeyValueProgram.Said> {
  /** Four changes a segment, so that every compaction has something to drop. */
  static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(4).preallocate(false)
      .build();

  /** What is done. */
  sealed interface Command {
    /** Changes something: at once, and all or nothing. */
    record Change(SortedMap<String, String> values) implements Command {}

    /** Deletes a key. */
    record Delete(String key) implements Command {}

    /** Compacts the store. */
    record Compact() implements Command {}

    /** Closes the store and opens it. */
    record Reopen() implements Command {}
  }

  /**
   * What may be relied on.
   *
   * @param changes what was asked for, in order, with what is being done; those in one list come together
   * @param acknowledged how many of these lists have been acknowledged
   */
  record Said(List<List<KeyValueStore.Change>> changes, int acknowledged) {
    Said {
      changes = List.copyOf(changes);
    }

    Said asking(List<KeyValueStore.Change> together) {
      var more = new ArrayList<>(changes.subList(0, acknowledged));
      more.add(together);
      return new Said(more, acknowledged);
    }

    Said allAcknowledged() {
      return new Said(changes, changes.size());
    }
  }

  @Override
  public String name() {
    return "key-value store under " + policy + ", compacted " + compaction;
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    var commands = new ArrayList<Command>();
    for (var i = 0; i < 24; i++) {
      var number = i;
      commands.add(switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> new Command.Change(new TreeMap<>(Map.of(key(random), "value " + i)));
        case 4 -> new Command.Change(IntStream.range(0, 3).collect(TreeMap::new,
            (map, n) -> map.put("key " + n, "value " + number + "." + n), TreeMap::putAll));
        case 5, 6 -> new Command.Delete(key(random));
        case 7, 8 -> new Command.Compact();
        default -> new Command.Reopen();
      });
    }
    return commands;
  }

  private static String key(SplittableRandom random) {
    return "key " + random.nextInt(4);
  }

  @Override
  public Said nothing() {
    return new Said(List.of(), 0);
  }

  private KeyValueStore open(Directory directory) {
    return KeyValueStore.open(directory, OPTIONS.toBuilder().syncPolicy(policy).build(), compaction);
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<Said> promises) {
    var store = open(disk.root());
    try {
      for (var command : commands) {
        if (command instanceof Command.Reopen) {
          store.close();
          store = open(disk.root());
        } else {
          run(command, store, promises);
        }
      }
    } finally {
      store.close();
    }
  }

  private static void run(Command command, KeyValueStore store, Promises<Said> promises) {
    switch (command) {
      case Command.Change(var values) -> {
        promises.are(promises.current().asking(puts(values)));
        if (values.size() == 1) {
          values.forEach(store::put);
        } else {
          store.putAll(values);
        }
      }
      case Command.Delete(var key) -> {
        promises.are(promises.current().asking(List.of(new KeyValueStore.Change.Delete(key))));
        store.delete(key);
      }
      case Command.Compact _ -> store.compact();
      case Command.Reopen _ -> throw new IllegalStateException("done by the caller");
    }
    promises.are(promises.current().allAcknowledged());
  }

  private static List<KeyValueStore.Change> puts(Map<String, String> values) {
    return new LinkedHashMap<>(values).entrySet()
        .stream().<KeyValueStore.Change>map(each -> new KeyValueStore.Change.Put(each.getKey(), each.getValue()))
        .toList();
  }

  /** Everything acknowledged is there, nothing but what was asked for is, and the store goes on. */
  @Override
  public void recover(SimulatedDisk disk, Promises<Said> promises, Outage outage, SplittableRandom random) {
    try (var store = open(disk.root())) {
      promises.are(check(store, promises.current()));
      var change = new Command.Change(new TreeMap<>(Map.of("after", "crash " + store.changes())));
      run(change, store, promises);
      if (random.nextBoolean()) {
        store.compact();
      }
    }
    try (var store = open(disk.root())) {
      check(store, promises.current());
    }
  }

  /** Returns what is promised once it has been seen: a change that was found must not go again. */
  private static Said check(KeyValueStore store, Said said) {
    var expected = (SortedMap<String, String>) new TreeMap<String, String>();
    var changes = 0L;
    for (var n = 0; n <= said.changes().size(); n++) {
      if (changes == store.changes()) {
        require(n >= said.acknowledged(), n + " of " + said.acknowledged() + " acknowledged changes are there");
        require(store.snapshot().equals(expected), "found " + store.snapshot() + " instead of " + expected);
        return new Said(said.changes().subList(0, n), n);
      }
      if (n < said.changes().size()) {
        said.changes().get(n).forEach(change -> KeyValueStore.apply(expected, change));
        changes += said.changes().get(n).size();
      }
    }
    throw new AssertionError("the store has gone through " + store.changes() + " changes, which is no prefix");
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new AssertionError(problem);
    }
  }
}
