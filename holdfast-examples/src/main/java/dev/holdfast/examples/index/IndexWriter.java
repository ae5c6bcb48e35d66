package dev.holdfast.examples.index;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** The process that is killed: adds, deletes and merges, and says what is done. */
public final class IndexWriter {
  private IndexWriter() {}

  /** Changes the index in the directory that is the argument until it is killed. */
  public static void run(List<String> args, PrintStream out) throws IOException {
    try (var log = IndexExample.open(Path.of(args.getFirst()))) {
      var simulation = IndexExample.simulation();
      while (!out.checkError()) {
        log.append(simulation.next(log.view()));
        out.println(log.changes()); // whoever reads it knows that so many changes are durable
      }
    }
    throw new IOException("nobody listens any more");
  }
}
