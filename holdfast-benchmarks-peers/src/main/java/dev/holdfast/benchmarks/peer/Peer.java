package dev.holdfast.benchmarks.peer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A library that keeps records. */
public interface Peer {

  /** Returns what it is called in tables and on the command line, the version not included. */
  String name();

  /** Returns what an append has achieved under {@link Guarantee#UNSYNCED}, in a few words. */
  String unsynced();

  /** Returns what it can do beside appending. */
  Set<Ability> abilities();

  /** Returns why it cannot be used on this machine; empty if it can. */
  default Optional<String> unavailable() {
    return Optional.empty();
  }

  /**
   * Opens a log, which is new if the directory does not exist.
   *
   * @param directory where its files are; its parent exists
   */
  PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws Exception;

  /**
   * Opens several new logs, which are as independent of each other as the library allows.
   *
   * @param directory where their files will be; its parent exists
   */
  default List<PeerLog> openGroup(Path directory, int count, Guarantee guarantee, Shape shape) throws Exception {
    Files.createDirectory(directory);
    List<PeerLog> logs = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        logs.add(open(directory.resolve("log-" + i), guarantee, shape));
      }
      return logs;
    } catch (Exception e) {
      for (PeerLog log : logs) {
        log.close();
      }
      throw e;
    }
  }
}
