package dev.holdfast.internal.segment;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Who may keep readers out of a log, and for how long. */
class ReadersLockTest {
  private static final String FILE = "READERS";

  private final MemoryDirectory root = new MemoryDirectory();
  private final ReadersLock readers = new ReadersLock(root, FILE);

  ReadersLockTest() throws IOException {
    root.create(FILE, 0).close();
  }

  @Test
  void whereThereAreReadersTheyAreNotAskedAgainAtOnce() throws Exception {
    try (var _ = root.tryLock(FILE, LockMode.SHARED).orElseThrow()) {
      assertFalse(readers.keepOut());
    }
    assertFalse(readers.keepOut(), "asked again");
    Thread.sleep(1100);
    assertTrue(readers.keepOut());
    readers.letIn();
  }

  /** One after the other kept them out, and none of them for long. */
  @Test
  void readersWereKeptOutForAsLongAsThereWasAlwaysSomebodyToDoSo() throws Exception {
    assertTrue(readers.keepOut());
    assertTrue(readers.keepOut());
    readers.letIn();
    Thread.sleep(150);
    assertFalse(readers.keepOut());
    readers.letIn();
    try (var _ = root.tryLock(FILE, LockMode.SHARED).orElseThrow()) {
      assertFalse(readers.keepOut());
    }
  }
}
