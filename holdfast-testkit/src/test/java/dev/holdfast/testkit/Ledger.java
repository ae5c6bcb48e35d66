package dev.holdfast.testkit;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A small state machine that stores numbers: in a file named by the id of the first one, each with a sum that tells it
 * from what was never written. It can be wrong in several ways.
 */
final class Ledger {
  private static final int ENTRY = 8;
  private static final String PREFIX = "entries-";

  private final Directory directory;
  private final Set<Flaw> flaws;
  private LogFile file;
  private int first;
  private final List<Integer> entries = new ArrayList<>();

  /** What can be wrong with it. */
  enum Flaw {
    ACKNOWLEDGES_BEFORE_FORCE, FORGETS_THE_DIRECTORY, REUSES_IDS, RECOVERS_BY_DELETING, IGNORES_ERRORS
  }

  private Ledger(Directory directory, Set<Flaw> flaws, LogFile file, int first) {
    this.directory = directory;
    this.flaws = flaws;
    this.file = file;
    this.first = first;
  }

  /** Opens what is there, or creates it. */
  static Ledger open(Directory directory, Set<Flaw> flaws) throws IOException {
    int last = -1;
    for (String name : directory.list()) {
      last = Math.max(last, firstOf(name));
    }
    Ledger ledger = last < 0
        ? new Ledger(directory, flaws, directory.create(PREFIX + 0, 0), 0)
        : new Ledger(directory, flaws, directory.open(PREFIX + last, Access.READ_WRITE), last);
    ledger.load();
    if (flaws.contains(Flaw.RECOVERS_BY_DELETING)) {
      ledger.rewrite();
    }
    if (!flaws.contains(Flaw.FORGETS_THE_DIRECTORY)) {
      directory.sync();
    }
    return ledger;
  }

  private static int firstOf(String name) {
    return Integer.parseInt(name.substring(PREFIX.length()));
  }

  private void load() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(ENTRY);
    while (file.read(buffer.clear(), entries.size() * (long) ENTRY) == ENTRY
        && buffer.getInt(4) == sum(buffer.getInt(0), next())) {
      entries.add(buffer.getInt(0));
    }
  }

  private void rewrite() throws IOException {
    directory.delete(file.name());
    directory.sync();
    file = directory.create(file.name(), 0);
    for (int i = 0; i < entries.size(); i++) {
      write(i, entries.get(i));
    }
    file.force();
  }

  private static int sum(int value, int id) {
    return 31 * value + id + 1;
  }

  private void write(int index, int value) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY).putInt(value).putInt(sum(value, first + index)).flip();
    file.write(entry, index * (long) ENTRY);
  }

  int first() {
    return first;
  }

  /** Returns the id that the next one gets. */
  int next() {
    return first + entries.size();
  }

  int get(int id) {
    return entries.get(id - first);
  }

  /** Adds a number; {@code acknowledge} is called when it is there to stay. */
  void add(int value, Runnable acknowledge) throws IOException {
    try {
      write(entries.size(), value);
      entries.add(value);
      if (flaws.contains(Flaw.ACKNOWLEDGES_BEFORE_FORCE)) {
        acknowledge.run();
      }
      file.force();
    } catch (IOException e) {
      if (!flaws.contains(Flaw.IGNORES_ERRORS)) {
        throw e;
      }
    }
    acknowledge.run();
  }

  /** Forgets all numbers; ids go on. */
  void clear() throws IOException {
    if (entries.isEmpty()) {
      return;
    }
    String old = file.name();
    file = directory.create(PREFIX + (flaws.contains(Flaw.REUSES_IDS) ? "0000" : next()), 0);
    first = next();
    entries.clear();
    // The new name first: without it the ids would begin anew.
    directory.sync();
    directory.delete(old);
    directory.sync();
  }
}
