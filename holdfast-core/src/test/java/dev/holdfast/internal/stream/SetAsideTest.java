package dev.holdfast.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.internal.format.Names;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SetAsideTest {
  private final MemoryDirectory memory = new MemoryDirectory();
  private final List<String> done = new ArrayList<>();

  private final Directory directory = (Directory) Proxy.newProxyInstance(Directory.class.getClassLoader(),
      new Class<?>[]{Directory.class}, (_, method, arguments) -> {
        switch (method.getName()) {
          case "rename" -> done.add(arguments[0] + " > " + arguments[1]);
          case "sync" -> done.add("sync");
          default -> { // does not count
          }
        }
        try {
          return method.invoke(memory, arguments);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      });

  /**
   * Found by the crash explorer: the first one was renamed before the last, and a crash between the two left a gap, for
   * which the stream was refused ("MISSING_SEGMENT").
   */
  @Test
  void aCrashWhileSegmentsAreSetAsideLeavesNoGap() throws IOException {
    for (var id : List.of(2, 4, 7, 9)) {
      memory.create(Names.segment(id), 0).close();
    }
    new SetAside(List.of(Names.segment(4), Names.segment(7), Names.segment(9)), 3).renameOthers(directory, 2);
    assertEquals(List.of(
        Names.segment(9) + " > " + Names.segment(9) + ".2.cut", "sync",
        Names.segment(7) + " > " + Names.segment(7) + ".2.cut", "sync",
        Names.segment(4) + " > " + Names.segment(4) + ".2.cut", "sync", "sync"), done);
  }

  @Test
  void theSegmentRightAtTheEndStays() throws IOException {
    for (var id : List.of(4, 7)) {
      memory.create(Names.segment(id), 0).close();
    }
    new SetAside(List.of(Names.segment(4), Names.segment(7)), 4).renameOthers(directory, 2);
    assertEquals(List.of(Names.segment(7) + " > " + Names.segment(7) + ".2.cut", "sync", "sync"), done);
  }
}
