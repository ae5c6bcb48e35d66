package dev.holdfast.benchmarks.syncs;

import dev.holdfast.benchmarks.ChildJvm;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Appends of a peer in a process of its own, under {@code strace}. */
final class TracedAppends {
  private TracedAppends() {}

  /** Returns whether {@code strace} is here and may trace. */
  static boolean possible() throws InterruptedException {
    try {
      return new ProcessBuilder("strace", "-o", "/dev/null", "true").redirectErrorStream(true)
          .redirectOutput(Redirect.DISCARD).start().waitFor() == 0;
    } catch (IOException _) {
      return false; // there is no strace
    }
  }

  /** Appends so many records to a new log inside of the directory, and returns what was traced meanwhile. */
  static SyncTrace run(Peer peer, Guarantee guarantee, int appends, Path directory)
      throws IOException, InterruptedException {
    Path trace = directory.resolve("trace");
    Path output = directory.resolve("output");
    List<String> command = new ArrayList<>(
        List.of("strace", "-f", "-o", trace.toString(), "-e", "trace=" + SyncTrace.TRACED,
            Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(ChildJvm.optionsOfThisProcess());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), SyncsChild.class.getName(), peer.name(),
        guarantee.name(), directory.resolve("log").toString(), Integer.toString(appends)));
    int exit = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
    if (exit != 0) {
      throw new IOException(peer.name() + " ended with " + exit + ": " + Files.readString(output));
    }
    // Paths and data in a trace are not always UTF-8.
    return SyncTrace.of(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
  }
}
