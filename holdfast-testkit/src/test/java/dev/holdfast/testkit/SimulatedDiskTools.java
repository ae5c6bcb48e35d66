package dev.holdfast.testkit;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the tests of the {@link SimulatedDisk} work with. */
abstract class SimulatedDiskTools {

  private static final int SEEDS = 2000;

  final SimulatedDisk disk = new SimulatedDisk();
  final Directory root = disk.root();

  interface Look<T> {
    T at(Directory root) throws IOException;
  }

  /** Everything that can be seen after a power loss, by seed. */
  <T> Set<T> outcomes(Look<T> look) throws IOException {
    Set<T> seen = new HashSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      seen.add(look.at(disk.imageAfter(Crash.random(seed)).root()));
    }
    return seen;
  }

  Directory strictest() {
    return disk.imageAfter(Crash.DROP_ALL_UNSYNCED).root();
  }

  LogFile synced(String name, String content) throws IOException {
    LogFile file = root.create(name, 0);
    file.write(bytes(content), 0);
    file.force();
    root.sync();
    return file;
  }

  static List<String> contents(Directory directory) throws IOException {
    List<String> contents = new ArrayList<>();
    for (String name : directory.list()) {
      contents.add(name + "=" + content(directory, name));
    }
    return contents;
  }

  static String content(Directory directory, String name) throws IOException {
    return new String(directory.read(name, Integer.MAX_VALUE), StandardCharsets.UTF_8);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
