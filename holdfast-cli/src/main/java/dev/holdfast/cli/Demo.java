package dev.holdfast.cli;

import dev.holdfast.LogStream;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The demonstration: write from many threads, kill the writer in the middle, recover, check, finish, read back,
 * compare.
 */
final class Demo {
  private static final String STREAM = "lines";

  private final Settings settings;
  private final Terminal terminal;
  private final DemoStory story;

  /**
   * What to do.
   *
   * @param name what to call the input
   * @param file the input
   * @param log the directory of the log, which is not there yet
   * @param writers how many threads append
   * @param killPercent at how many percent of the lines the writing process is killed
   */
  record Settings(String name, Path file, Path log, int writers, int killPercent) {}

  Demo(Settings settings, Terminal terminal, DemoStory story) {
    this.settings = settings;
    this.terminal = terminal;
    this.story = story;
  }

  /** Runs it; returns whether every promise was kept. */
  boolean run() throws IOException, InterruptedException {
    try (var input = DemoInput.open(settings.file())) {
      input.requireLinesUpTo(WalOptions.defaults().maxRecordSize());
      story.input(settings, input);
      var ledger = new DemoLedger(input);
      writeAndKill(input, ledger);
      return recoverAndFinish(input, ledger) && readBack(input, ledger);
    }
  }

  private void writeAndKill(DemoInput input, DemoLedger ledger) throws IOException, InterruptedException {
    var killAt = (int) Math.ceilDiv((long) input.count() * settings.killPercent(), 100L);
    var arguments = List.of(settings.file().toString(), settings.log().toString(), STREAM, "--writers",
        Integer.toString(settings.writers()));
    var writer = WriterProcess.start(arguments, ledger, killAt);
    var hook = Thread.ofPlatform().name("demo-kill").unstarted(writer::destroy);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      story.writing(writer.pid());
      var status = killInTheMiddle(writer, input.count());
      story.killed(ledger.takePhase(), ledger.inFlight().size(), status);
    } finally {
      writer.destroy();
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private int killInTheMiddle(WriterProcess writer, int lines) throws IOException, InterruptedException {
    try (var progress = new Progress(terminal, "writing", lines)) {
      return writer.killInTheMiddle(progress);
    }
  }

  private boolean recoverAndFinish(DemoInput input, DemoLedger ledger) throws InterruptedException {
    var acknowledged = ledger.acknowledged();
    var start = System.nanoTime();
    try (var wal = Wal.open(settings.log(), WalOptions.defaults())) {
      var stream = wal.stream(STREAM);
      story.recovered(stream.recovery(), Duration.ofNanos(System.nanoTime() - start));
      var check = check(input, ledger, stream);
      story.checked(acknowledged, check);
      if (check.kept()) {
        finish(input, ledger, wal);
      }
      return check.kept();
    }
  }

  private DemoCheck.Result check(DemoInput input, DemoLedger ledger, LogStream stream) {
    try (var progress = new Progress(terminal, "checking", stream.nextId())) {
      return DemoCheck.afterCrash(input, ledger, stream, progress);
    }
  }

  private void finish(DemoInput input, DemoLedger ledger, Wal wal) throws InterruptedException {
    var missing = ledger.missing();
    var next = new AtomicInteger();
    try (var progress = new Progress(terminal, "finishing", missing.length)) {
      new LineWriters(input, wal.stream(STREAM), ledger).run(settings.writers(), () -> {
        progress.step();
        var i = next.getAndIncrement();
        return i < missing.length ? missing[i] : -1;
      });
    }
    var stats = wal.stats().streams().get(STREAM);
    story.finished(ledger.takePhase(), stats == null ? 0 : stats.syncs());
  }

  /** From a log that was closed and opened again: nothing of it is left in this process. */
  private boolean readBack(DemoInput input, DemoLedger ledger) {
    try (var wal = Wal.openReadOnly(settings.log(), WalOptions.defaults())) {
      if (input.count() == 0 && !wal.hasStream(STREAM)) {
        story.readBack(new DemoCheck.Result(0, 0, 0, 0, List.of()), Duration.ZERO);
        return true;
      }
      var stream = wal.stream(STREAM);
      var start = System.nanoTime();
      var result = complete(input, ledger, stream);
      story.readBack(result, Duration.ofNanos(System.nanoTime() - start));
      return result.kept();
    }
  }

  private DemoCheck.Result complete(DemoInput input, DemoLedger ledger, LogStream stream) {
    try (var progress = new Progress(terminal, "reading back", stream.nextId())) {
      return DemoCheck.complete(input, ledger, stream, progress);
    }
  }
}
