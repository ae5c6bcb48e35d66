package dev.holdfast.examples.index;

import dev.holdfast.WalOptions;
import dev.holdfast.examples.ChildProcess;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Starts a process that adds, deletes and merges segments, kills it, recovers the view of the index, and checks that it
 * is what the changes up to the last one acknowledged, or the one after it, add up to.
 */
public final class IndexExample {
  /** What {@code --help} prints. */
  public static final String USAGE = """
      holdfast-example index [DIR]
        The segment-lifecycle log of a search index: a second process adds segments, deletes documents and merges, with
        deletes during the merges and checkpoints in the background, and is killed with kill -9; the live segments and
        their deleted documents must be those that the changes add up to.
        DIR: a new directory for it, which stays; default: one that is removed.
      holdfast-example index DIR view
        Prints the live segments in DIR.""";

  private static final long KILL_AFTER = 1_500;
  private static final long CHECKPOINT_EVERY = 200;
  private static final int SEED = 1;
  private static final int DOCUMENTS = 200;
  private static final int SHOWN = 8;
  /** Small, so that there is something to drop. */
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(16 * 1024).build();

  private final Path directory;
  private final PrintStream out;

  private IndexExample(Path directory, PrintStream out) {
    this.directory = directory;
    this.out = out;
  }

  static IndexLog open(Path directory) throws IOException {
    return IndexLog.open(FsDirectory.create(directory), OPTIONS, SnapshotPolicy.everyRecords(CHECKPOINT_EVERY));
  }

  static IndexSimulation simulation() {
    return new IndexSimulation(SEED, DOCUMENTS);
  }

  /**
   * Runs it.
   *
   * @return whether the view was what it must be
   * @throws IllegalArgumentException if there is no such command
   */
  public static boolean run(List<String> args, PrintStream out) throws IOException {
    if (args.isEmpty()) {
      return ChildProcess.inTemporaryDirectory("index-example-", directory -> new IndexExample(directory, out).run());
    }
    var example = new IndexExample(Path.of(args.getFirst()), out);
    if (args.size() == 1) {
      return example.run();
    }
    if (!args.subList(1, args.size()).equals(List.of("view"))) {
      throw new IllegalArgumentException("no such command: " + String.join(" ", args.subList(1, args.size())));
    }
    try (var log = open(example.directory)) {
      example.print(log.view());
      return true;
    }
  }

  private boolean run() throws IOException {
    ChildProcess.requireEmpty(directory);
    var said = writeAndKill();
    boolean sound;
    try (var log = open(directory)) {
      var recovery = log.recovery();
      out.println("recovered in " + recovery.duration().toMillis() + " ms from "
          + recovery.snapshot().map(snapshot -> "the checkpoint of change " + snapshot.end()).orElse("no checkpoint")
          + " and " + recovery.replayed() + " changes after it");
      print(log.view());
      sound = recovery.snapshot().isPresent() && check(log, said);
      for (var merge : log.view().merges().keySet()) {
        log.cancelMerge(merge);
        out.println("merge " + merge + " died with its process and is cancelled");
      }
      var checkpoint = log.checkpoint();
      out.println("checkpoint of " + checkpoint.snapshot().size() + " bytes");
      sound &= log.view().merges().isEmpty();
    }
    out.println(sound ? "the view is what the changes add up to" : "THE VIEW IS NOT WHAT IT MUST BE");
    return sound;
  }

  /** Returns how many changes the process had said to be done when it was killed. */
  private long writeAndKill() throws IOException {
    var said = new long[1];
    ChildProcess.runAndKill(List.of("index-writer", directory.toString()), line -> {
      said[0] = Math.max(said[0], Long.parseLong(line));
      return said[0] >= KILL_AFTER;
    });
    out.println("killed with kill -9 after it had said of " + said[0] + " changes that they were done");
    return said[0];
  }

  private boolean check(IndexLog log, long said) {
    var expected = IndexView.EMPTY;
    var simulation = simulation();
    for (var i = 0L; i < log.changes(); i++) {
      expected = expected.apply(simulation.next(expected));
    }
    out.println(log.changes() + " changes, of which it had said " + said);
    return log.changes() >= said && log.changes() <= said + 1 && log.view().equals(expected);
  }

  private void print(IndexView view) {
    out.println(view.segments().size() + " live segments with " + view.liveDocuments() + " live documents, "
        + view.merges().size() + " merges under way");
    view.segments().forEach((number, segment) -> out.println("  segment " + number + ": " + segment.documents()
        + " documents, " + segment.deleted().size() + " deleted" + examples(segment.deleted())));
  }

  private static String examples(DocumentSet deleted) {
    return deleted.stream().limit(SHOWN).mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", deleted.size() == 0 ? "" : ": ", deleted.size() > SHOWN ? ", …" : ""));
  }
}
