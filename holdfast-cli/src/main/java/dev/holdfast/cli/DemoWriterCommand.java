package dev.holdfast.cli;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * The process that the demonstration kills. It appends every line of a file under the strictest policy, tells its
 * parent of each acknowledgement, and then waits to be killed with the log still open.
 */
@Command(name = "demo-writer", hidden = true, description = "Used by 'demo'.")
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated
final class DemoWriterCommand implements Callable<Integer> {

  @ParentCommand
  private Main main;

  @Parameters(index = "0")
  private Path file;

  @Parameters(index = "1")
  private Path directory;

  @Parameters(index = "2")
  private String streamName;

  @Option(names = "--writers", required = true)
  private int writers;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var orphaned = Thread.ofPlatform().daemon().name("parent-watch").start(this::haltWithParent);
    try (var input = DemoInput.open(file); var wal = Wal.open(directory, WalOptions.defaults())) {
      var next = new AtomicInteger();
      var listener = AckPipe.writer(new FileOutputStream(FileDescriptor.out));
      new LineWriters(input, wal.stream(streamName), listener).run(writers, () -> nextLine(next, input.count()));
      orphaned.join();
    }
    return ExitCode.OK;
  }

  private static int nextLine(AtomicInteger next, int count) {
    var line = next.getAndUpdate(n -> n < count ? n + 1 : n);
    return line < count ? line : -1;
  }

  /** The parent never writes to us: when the input ends, it has died, and nobody will kill us any more. */
  private void haltWithParent() {
    try {
      main.terminal().in().transferTo(OutputStream.nullOutputStream());
    } catch (IOException _) {
      // The same.
    }
    Runtime.getRuntime().halt(ExitCode.UNEXPECTED);
  }
}
