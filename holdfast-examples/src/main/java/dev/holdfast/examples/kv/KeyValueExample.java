package dev.holdfast.examples.kv;

import dev.holdfast.WalOptions;
import dev.holdfast.examples.ChildProcess;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Starts a process that puts and deletes, kills it, opens the store again, and checks that it has every change of which
 * the process had said that it was done; or does a single thing to a store.
 */
public final class KeyValueExample {
  /** What {@code --help} prints. */
  public static final String USAGE = """
      holdfast-example kv [DIR]
        A durable key-value store: a second process puts and deletes in it from 8 threads, compacts it in the
        background, and is killed with kill -9; every change it had said to be done must be there afterwards.
        DIR: a new directory for it, which stays; default: one that is removed.
      holdfast-example kv DIR put KEY VALUE | get KEY | delete KEY | list | compact
        Does that to the store in DIR, creating it if need be.""";

  private static final int THREADS = 8;
  private static final long KILL_AFTER = 4_000;
  private static final long COMPACT_EVERY = 500;
  /** Small, so that there is something to drop. */
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(16 * 1024).build();

  private final Path directory;
  private final PrintStream out;

  private KeyValueExample(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
  }

  static KeyValueStore open(Path directory) throws IOException {
    return KeyValueStore.open(FsDirectory.create(directory), OPTIONS, SnapshotPolicy.everyRecords(COMPACT_EVERY));
  }

  /**
   * Runs it.
   *
   * @return whether the store had everything that it must have, or the key asked for
   * @throws IllegalArgumentException if there is no such command
   */
  public static boolean run(List<String> args, PrintStream out) throws IOException {
    if (args.isEmpty()) {
      return ChildProcess.inTemporaryDirectory("kv-example-", directory -> new KeyValueExample(directory, out).run());
    }
    var example = new KeyValueExample(Path.of(args.getFirst()), out);
    return args.size() == 1 ? example.run() : example.command(args.subList(1, args.size()));
  }

  // ---- a single thing

  private boolean command(List<String> command) throws IOException {
    try (var store = open(directory)) {
      return switch (command.getFirst() + " " + command.size()) {
        case "put 3" -> {
          store.put(command.get(1), command.get(2));
          yield true;
        }
        case "get 2" -> {
          var value = store.get(command.get(1));
          value.ifPresent(out::println);
          yield value.isPresent();
        }
        case "delete 2" -> {
          store.delete(command.get(1));
          yield true;
        }
        case "list 1" -> {
          store.snapshot().forEach((key, value) -> out.println(key + " = " + value));
          yield true;
        }
        case "compact 1" -> {
          out.println(store.compact());
          yield true;
        }
        default -> throw new IllegalArgumentException("no such command: " + String.join(" ", command));
      };
    }
  }

  // ---- kill -9

  private boolean run() throws IOException {
    ChildProcess.requireEmpty(directory);
    var said = writeAndKill();
    var sound = true;
    try (var store = open(directory)) {
      var recovery = store.recovery();
      out.println("opened again in " + recovery.duration().toMillis() + " ms: "
          + recovery.snapshot().map(snapshot -> "a snapshot of " + snapshot.end() + " changes").orElse("no snapshot")
          + " and " + recovery.replayed() + " changes after it; " + store.snapshot().size() + " keys");
      sound = recovery.snapshot().isPresent() && check(store, said);
      var compacted = store.compact();
      out.println("compacted: a snapshot of " + compacted.snapshot().size() + " bytes, and "
          + compacted.truncated().count() + " changes dropped from the log");
    }
    try (var store = open(directory)) {
      sound &= store.recovery().replayed() == 0 && check(store, said);
    }
    out.println(sound ? "every change that was said to be done is there" : "THE STORE IS NOT WHAT IT MUST BE");
    return sound;
  }

  /** Returns of how many changes of each thread the process had said that they were done when it was killed. */
  private AtomicLongArray writeAndKill() throws IOException {
    var said = new AtomicLongArray(THREADS);
    var lines = new long[1];
    ChildProcess.runAndKill(List.of("kv-writer", directory.toString(), Integer.toString(THREADS)), line -> {
      var space = line.indexOf(' ');
      said.accumulateAndGet(Integer.parseInt(line, 0, space, 10), Long.parseLong(line, space + 1, line.length(), 10),
          Math::max);
      return ++lines[0] >= KILL_AFTER;
    });
    out.println("killed with kill -9 after " + THREADS + " threads had said of " + lines[0]
        + " changes that they were done");
    return said;
  }

  private boolean check(KeyValueStore store, AtomicLongArray said) {
    for (var thread = 0; thread < THREADS; thread++) {
      if (!check(store, thread, said.get(thread))) {
        out.println("thread " + thread + " had said that " + said.get(thread) + " changes were done; they are not");
        return false;
      }
    }
    return true;
  }

  /** The changes of a thread are there up to the last one said, and perhaps the one it was about when it was killed. */
  private static boolean check(KeyValueStore store, int thread, long said) {
    var prefix = KeyValueWorkload.prefix(thread);
    var found = store.snapshot().subMap(prefix, prefix + Character.MAX_VALUE);
    var workload = new KeyValueWorkload(thread);
    var expected = new TreeMap<String, String>();
    workload.replay(said, expected);
    if (found.equals(expected)) {
      return true;
    }
    workload.replay(1, expected);
    return found.equals(expected);
  }
}
