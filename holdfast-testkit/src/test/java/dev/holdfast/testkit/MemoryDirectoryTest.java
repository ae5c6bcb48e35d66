package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryDirectoryTest extends DirectoryContract {

  @Override
  protected Directory newDirectory() {
    return new MemoryDirectory();
  }

  @Test
  void aFullDirectoryRefusesToGrowAndRecovers() throws IOException {
    MemoryDirectory small = MemoryDirectory.withCapacity(1000);
    LogFile file = small.create("f", 600);
    names(assertThrows(OutOfSpaceException.class, () -> small.create("g", 401)), "g");
    assertEquals(List.of("f"), small.list());
    file.write(ByteBuffer.allocate(1000), 0);
    names(assertThrows(OutOfSpaceException.class, () -> file.write(ByteBuffer.allocate(1), 1000)), "f");
    file.write(ByteBuffer.allocate(1000), 0);
    assertEquals(1000, file.size());
    small.setCapacity(1001);
    file.write(ByteBuffer.allocate(1), 1000);
    assertThrows(OutOfSpaceException.class, () -> small.createSubdirectory("sub").create("x", 1));
    file.truncate(1);
    assertEquals(1, small.usedSpace());
  }

  @Test
  void aFileTakesUpItsSizeUntilNobodyCanReachIt() throws IOException {
    MemoryDirectory small = MemoryDirectory.withCapacity(1000);
    LogFile file = small.create("f", 600);
    small.delete("f");
    assertEquals(600, small.usedSpace());
    file.close();
    assertEquals(0, small.usedSpace());
    small.create("a", 600).close();
    small.create("b", 400).close();
    small.rename("b", "a");
    assertEquals(400, small.usedSpace());
  }

  @Test
  void isNowhereInTheFileSystem() {
    assertEquals(Optional.empty(), dir().path());
  }
}
