package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Programs;
import dev.holdfast.benchmarks.Session;
import dev.holdfast.benchmarks.limit.Appender;
import dev.holdfast.benchmarks.limit.SyncableAppender;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Operation;
import dev.holdfast.benchmarks.measure.Series;
import dev.holdfast.benchmarks.peer.Ability;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.HoldfastPeer;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Shape;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The programs that are compared at one setting, with their logs, which are removed afterwards. */
final class Contest implements Closeable {
  private final Comparisons.Context context;
  private final Programs programs;
  private final List<Role> roles = new ArrayList<>();

  private Contest(Comparisons.Context context, Programs programs) {
    this.context = context;
    this.programs = programs;
  }

  /** Returns one without programs. */
  static Contest in(Comparisons.Context context) throws IOException {
    return new Contest(context, Programs.in(context.session()));
  }

  Session session() {
    return context.session();
  }

  /** Returns a path for a program's files. */
  Path path(String name) {
    return programs.path(name);
  }

  /** Adds a limit program that appends this record over and over. */
  void limit(String name, Appender appender, byte[] record) {
    roles.add(Role.LIMIT);
    programs.add(name, appender, record);
  }

  /**
   * Adds a limit program that appends this record over and over, and syncs what a round leaves behind when it is over.
   */
  void limitOfBursts(String name, SyncableAppender appender, byte[] record) {
    roles.add(Role.LIMIT);
    programs.addBursts(name, appender, record);
  }

  /** Adds a limit program. */
  void limit(String name, Operation operation) {
    roles.add(Role.LIMIT);
    programs.add(name, operation);
  }

  /** Adds another way to use Holdfast. */
  void holdfast(String name, Turn turn) {
    roles.add(Role.HOLDFAST);
    programs.add(name, turn.operation(), turn.afterRound());
  }

  /** Adds a limit program with something to do after each round. */
  void limit(String name, Turn turn) {
    roles.add(Role.LIMIT);
    programs.add(name, turn.operation(), turn.afterRound());
  }

  /** Sees to it that something is closed before the files are removed. */
  <T extends Closeable> T closing(T resource) {
    return programs.closing(resource);
  }

  /** Adds a new log each of Holdfast and of all peers that can do this, in the way the entry says. */
  void logs(Guarantee guarantee, Shape shape, Set<Ability> needed, Entry entry) throws Exception {
    for (Peer peer : context.usable(needed)) {
      PeerLog log = programs.closing(peer.open(path(directoryName(peer)), guarantee, shape));
      Turn turn = entry.of(log);
      roles.add(roleOf(peer));
      programs.add(peer.name(), turn.operation(), turn.afterRound());
    }
  }

  /** Adds a group of new logs each of Holdfast and of all peers, in the way the entry says. */
  void logGroups(Guarantee guarantee, Shape shape, int count, GroupEntry entry) throws Exception {
    for (Peer peer : context.usable(Set.of())) {
      List<PeerLog> logs = peer.openGroup(path(directoryName(peer)), count, guarantee, shape);
      logs.forEach(programs::closing);
      Turn turn = entry.of(logs);
      roles.add(roleOf(peer));
      programs.add(peer.name(), turn.operation(), turn.afterRound());
    }
  }

  static String directoryName(Peer peer) {
    return peer.name().toLowerCase(Locale.ROOT).replace(' ', '-');
  }

  static Role roleOf(Peer peer) {
    return peer.name().equals(HoldfastPeer.NAME) ? Role.HOLDFAST : Role.PEER;
  }

  /** Measures all in turn. */
  List<Result> takeTurns(Load load) throws Exception {
    List<Series> all = programs.takeTurns(load, context.session().settings().rounds());
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      results.add(new Result(roles.get(i), all.get(i)));
    }
    return results;
  }

  @Override
  public void close() throws IOException {
    programs.close();
  }

  /** What is done with a log. */
  @FunctionalInterface
  interface Entry {

    /** Prepares the log and says what is measured. */
    Turn of(PeerLog log) throws Exception;
  }

  /** What is done with a group of logs. */
  @FunctionalInterface
  interface GroupEntry {

    /** Says what is measured. */
    Turn of(List<PeerLog> logs);
  }

  /**
   * What is done in a round.
   *
   * @param operation what is measured, over and over
   * @param afterRound what is done after each round and not measured
   */
  record Turn(Operation operation, Operation afterRound) {

    /** Returns one with nothing to do after a round. */
    static Turn of(Operation operation) {
      return new Turn(operation, _ -> {});
    }
  }
}
