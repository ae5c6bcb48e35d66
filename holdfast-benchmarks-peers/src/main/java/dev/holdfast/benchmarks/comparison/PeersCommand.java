package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Session;
import dev.holdfast.benchmarks.Workload;
import dev.holdfast.benchmarks.comparison.Comparisons.Comparison;
import dev.holdfast.benchmarks.comparison.Comparisons.Context;
import dev.holdfast.benchmarks.peer.HoldfastPeer;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.Peers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holdfast beside the limits and other libraries. */
@Command(name = "peers",
    description = "Measures Holdfast beside limit programs and other logs and stores, in the same rounds.")
final class PeersCommand extends Workload {
  private static final String NO_PEER = "none";

  @Option(names = "--workload", split = ",", paramLabel = "NAME",
      description = "durable, streams, batch, async, sustained, scan, "
          + "get, tail, rotation, open, space, allocation. Default: all")
  List<String> workloads = List.of();

  @Option(names = "--peer", split = ",", paramLabel = "NAME",
      description = "Which peers: parts of their names, or none. Default: all")
  List<String> chosen = List.of();

  @Option(names = "--plots", paramLabel = "DIR", description = "Where to write a plot of each workload, as SVG.")
  @Nullable
  Path plots;

  @Option(names = "--threads", split = ",", paramLabel = "N",
      description = "Which numbers of threads (durable, streams). "
          + "Default: all")
  Set<Integer> threads = Set.of();

  @Option(names = "--records", paramLabel = "N",
      description = "How many records there are to read. Default: ${DEFAULT-VALUE}")
  int records = 1_000_000;

  @Option(names = "--seconds", paramLabel = "S", description = "How long it is appended without a pause (sustained). "
      + "Default: ${DEFAULT-VALUE}")
  double seconds = 10;

  @Option(names = "--rotations", paramLabel = "N", description = "How many are watched. Default: ${DEFAULT-VALUE}")
  int rotations = 1_000;

  @Option(names = "--pace", paramLabel = "MS",
      description = "How long after one another they come, at least, in one of the two settings. Default: ${DEFAULT-VALUE}")
  int pace = 20;

  @Spec
  @Nullable
  CommandSpec spec;

  @Override
  protected void measure(Session session) throws Exception {
    List<Comparison> comparisons = comparisons();
    var context = new Context(session, usablePeers(session), records, Duration.ofMillis((long) (seconds * 1000)),
        rotations, Duration.ofMillis(pace), Set.copyOf(threads));
    for (Comparison comparison : comparisons) {
      session.report().begin(comparison.name(), comparison.description());
      var plot = new BarPlot(comparison.name() + ": " + comparison.description());
      comparison.measure(context, new Outcome(session.report(), plot));
      if (plot.isEmpty() && !threads.isEmpty()) {
        throw mistake("no setting of " + comparison.name() + " has so many threads: " + threads);
      }
      if (plots != null) {
        Files.createDirectories(plots);
        plot.write(plots.resolve(comparison.name() + ".svg"));
      }
    }
  }

  private List<Comparison> comparisons() {
    List<Comparison> all = Comparisons.all();
    List<String> names = all.stream().map(Comparison::name).toList();
    for (String workload : workloads) {
      if (!names.contains(workload)) {
        throw mistake("no workload " + workload + "; there are " + String.join(", ", names));
      }
    }
    return all.stream().filter(one -> workloads.isEmpty() || workloads.contains(one.name())).toList();
  }

  private List<Peer> usablePeers(Session session) {
    List<Peer> all = Peers.all();
    for (String part : chosen) {
      if (!part.equals(NO_PEER) && all.stream().noneMatch(peer -> isPart(part, peer))) {
        throw mistake("no peer " + part + "; there are " + String.join(", ", all.stream().map(Peer::name).toList()));
      }
    }
    List<Peer> usable = new ArrayList<>();
    if (session.measuresHoldfast()) {
      usable.add(new HoldfastPeer());
      for (Peer peer : all) {
        Optional<String> reason = peer.unavailable();
        if (isChosen(peer) && reason.isPresent()) {
          System.err.println(peer.name() + " is left out: " + reason.get());
        } else if (isChosen(peer)) {
          usable.add(peer);
        }
      }
    }
    return usable;
  }

  private boolean isChosen(Peer peer) {
    return chosen.isEmpty() || chosen.stream().anyMatch(part -> isPart(part, peer));
  }

  private static boolean isPart(String part, Peer peer) {
    return peer.name().toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }

  private ParameterException mistake(String message) {
    if (spec == null) {
      throw new IllegalStateException("picocli has not filled this in");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
