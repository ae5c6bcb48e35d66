package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.RecordLog;
import dev.holdfast.WalLockedException;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What has once gone wrong with record logs because of links, permissions and owners. */
class RecordLogFileSystemTest {

  @TempDir
  Path temporary;

  @BeforeEach
  void needsLinksAndPermissions() {
    assumeTrue(temporary.getFileSystem().supportedFileAttributeViews().contains("unix"));
  }

  private Path file() {
    return temporary.resolve("settings.log");
  }

  // ---- links

  @Test
  void throughAHardLinkASecondWriterWroteIntoTheSameFile() throws IOException {
    var other = temporary.resolve("other.log");
    try (var log = RecordLog.open(file())) {
      log.append(bytes("one"));
      Files.createLink(other, file());
      var before = Files.readAllBytes(file());
      var e = assertThrows(IllegalArgumentException.class, () -> RecordLog.open(other));
      assertTrue(String.valueOf(e.getMessage()).contains("2 names"), e.getMessage());
      assertArrayEquals(before, Files.readAllBytes(file()));
      assertEquals(List.of("one"), Records.of(RecordLog.openReadOnly(other)), "reading does no harm");
    }
    assertThrows(IllegalArgumentException.class, () -> RecordLog.open(file()));
    Files.delete(other);
    RecordLog.open(file()).close();
  }

  @Test
  void throughALinkInAGivenDirectoryASecondWriterWroteIntoTheSameFile() throws IOException {
    var directory = FsDirectory.open(temporary);
    try (var log = RecordLog.open(file())) {
      log.append(bytes("one"));
      Files.createSymbolicLink(temporary.resolve("link"), file());
      assertThrows(WalLockedException.class, () -> RecordLog.open(temporary.resolve("link")));
      var e = assertThrows(IllegalArgumentException.class, () -> RecordLog.open(directory, "link"));
      assertTrue(String.valueOf(e.getMessage()).contains("link"), e.getMessage());
      assertEquals(List.of("one"), Records.of(RecordLog.openReadOnly(directory, "link")));
    }
    assertTrue(Files.isSymbolicLink(temporary.resolve("link")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sub/target.log", "./target.log"})
  void aLinkToAFileThatWasNotThereYetWasReplacedByAFile(String target) throws IOException {
    Files.createDirectory(temporary.resolve("sub"));
    Files.createSymbolicLink(file(), Path.of(target));
    try (var log = RecordLog.open(file())) {
      log.append(bytes("one"));
      assertThrows(WalLockedException.class, () -> RecordLog.open(temporary.resolve(target)));
    }
    assertTrue(Files.isSymbolicLink(file()));
    assertEquals(List.of("one"), Records.of(RecordLog.openReadOnly(temporary.resolve(target))));
  }

  // ---- permissions

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw-rw-", "rw-r-----"})
  void aFileThatWasReplacedLostItsPermissions(String permissions) throws IOException {
    try (var log = RecordLog.open(file())) {
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
      log.append(new byte[10_000]);
      assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file())), "by growing");
    }
    try (var file = Files.newByteChannel(file(), StandardOpenOption.WRITE)) {
      file.position(192 + 10_032).write(ByteBuffer.wrap(bytes("torn")));
    }
    RecordLog.open(file()).close();
    assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file())), "by opening");
  }

  @Test
  void aFileThatWasReplacedLostItsOwnerAndGroup() throws IOException {
    RecordLog.open(file()).close();
    try {
      Files.setAttribute(file(), "unix:uid", 12_345);
      Files.setAttribute(file(), "unix:gid", 23_456);
    } catch (IOException _) {
      assumeTrue(false, "only some may give files away");
    }
    try (var log = RecordLog.open(file())) {
      log.append(new byte[10_000]);
    }
    assertEquals(12_345, Files.getAttribute(file(), "unix:uid"));
    assertEquals(23_456, Files.getAttribute(file(), "unix:gid"));
  }
}
