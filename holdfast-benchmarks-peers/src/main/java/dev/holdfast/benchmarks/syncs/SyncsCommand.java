package dev.holdfast.benchmarks.syncs;

import dev.holdfast.benchmarks.Scratch;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.HoldfastPeer;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Counts the system calls of durable appends. Ends with 1 if there were fewer syncs than appends. */
@Command(name = "syncs", mixinStandardHelpOptions = true,
    description = "Counts, with strace, what each durable append of Holdfast and of each peer syncs; one thread.")
public final class SyncsCommand implements Callable<Integer> {
  @Option(names = "--appends", paramLabel = "N", description = "How many are counted. Default: ${DEFAULT-VALUE}")
  int appends = 100;

  @Option(names = "--dir", paramLabel = "DIR", description = "Where to put the files. Default: ${DEFAULT-VALUE}")
  Path directory = Path.of("data", "benchmarks");

  /** Creates it, to be filled in from the command line. */
  public SyncsCommand() {}

  @Override
  public Integer call() throws Exception {
    if (!TracedAppends.possible()) {
      System.err.println("strace is missing, or may not trace here: nothing was checked");
      return 2;
    }
    Files.createDirectories(directory);
    System.out.printf(Locale.ROOT, "%-16s %-9s %6s %12s  %-44s %s%n", "", "", "appends", "syncs/append", "syncs",
        "others");
    boolean all = true;
    for (Peer peer : Stream.concat(Stream.of(new HoldfastPeer()), Peers.all().stream()).toList()) {
      if (peer.unavailable().isPresent()) {
        System.out.println(peer.name() + " is left out: " + peer.unavailable().get());
        continue;
      }
      for (Guarantee guarantee : List.of(Guarantee.DURABLE, Guarantee.UNSYNCED)) {
        SyncTrace trace = trace(peer, guarantee);
        boolean kept = guarantee == Guarantee.UNSYNCED || trace.total() >= appends;
        all &= kept;
        System.out.printf(Locale.ROOT, "%-16s %-9s %6d %12.2f  %-44s %s%s%n", peer.name(),
            guarantee.name().toLowerCase(Locale.ROOT), appends, (double) trace.total() / appends, text(trace.syncs()),
            text(trace.others()), kept ? "" : "  TOO FEW");
      }
    }
    return all ? 0 : 1;
  }

  private SyncTrace trace(Peer peer, Guarantee guarantee) throws Exception {
    try (Scratch scratch = Scratch.in(directory)) {
      return TracedAppends.run(peer, guarantee, appends, scratch.path().toAbsolutePath());
    }
  }

  private static String text(Map<String, Integer> counts) {
    return counts.entrySet().stream().map(count -> count.getKey() + " " + count.getValue())
        .collect(Collectors.joining(", "));
  }
}
