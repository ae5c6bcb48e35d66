package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.limit.Appender;
import dev.holdfast.benchmarks.limit.SyncableAppender;
import dev.holdfast.benchmarks.measure.Contender;
import dev.holdfast.benchmarks.measure.Load;
import dev.holdfast.benchmarks.measure.Operation;
import dev.holdfast.benchmarks.measure.Series;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The programs that are compared at one setting, with their files, which are removed afterwards. */
public final class Programs implements Closeable {
  private final Scratch scratch;
  private final List<Contender> contenders = new ArrayList<>();
  private final Deque<Closeable> resources = new ArrayDeque<>();

  private Programs(Scratch scratch) {
    this.scratch = scratch;
  }

  /** Returns an empty set of programs. */
  public static Programs in(Session session) throws IOException {
    return new Programs(session.scratch());
  }

  /** Returns a path for a program's files. */
  public Path path(String name) {
    return scratch.resolve(name);
  }

  /** Sees to it that something is closed before the files are removed. */
  public <T extends Closeable> T closing(T resource) {
    resources.push(resource);
    return resource;
  }

  /** Adds a program. */
  public void add(String name, Operation operation) {
    contenders.add(Contender.of(name, operation));
  }

  /** Adds a program that has something left to do after each round, which is not measured. */
  public void add(String name, Operation operation, Operation afterRound) {
    contenders.add(new Contender(name, operation, afterRound));
  }

  /** Adds a limit program that appends this record over and over. */
  public void add(String name, Appender appender, byte[] record) {
    closing(appender);
    add(name, _ -> appender.append(record));
  }

  /**
   * Adds a limit program that appends this record over and over, and syncs what a round leaves behind when it is over.
   */
  public void addBursts(String name, SyncableAppender appender, byte[] record) {
    closing(appender);
    add(name, _ -> appender.append(record), _ -> appender.sync());
  }

  /** Measures them in turn, in the order they were added. */
  public List<Series> takeTurns(Load load, int rounds) throws Exception {
    return Series.takeTurns(contenders, load, rounds);
  }

  @Override
  public void close() throws IOException {
    try {
      while (!resources.isEmpty()) {
        resources.pop().close();
      }
    } finally {
      scratch.close();
    }
  }
}
