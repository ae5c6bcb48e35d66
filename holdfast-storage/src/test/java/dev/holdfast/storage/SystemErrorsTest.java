package dev.holdfast.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SystemErrorsTest {

  private static final Path FILE = Path.of("some", "file");

  @Test
  void aFullDiskOrQuotaIsToldApart() {
    for (IOException e : new IOException[]{new IOException("No space left on device"),
        new IOException("Disk quota exceeded"),
        new FileSystemException("some/file", null, "No space left on device")}) {
      OutOfSpaceException told = assertInstanceOf(OutOfSpaceException.class, SystemErrors.of(FILE, e));
      assertEquals(FILE + ": " + (e instanceof FileSystemException f ? f.getReason() : e.getMessage()),
          told.getMessage());
      assertSame(e, told.getCause());
      assertSame(told, SystemErrors.of(FILE, told));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsToldApartInTheLanguageOfTheSystem() throws IOException {
    try (FileOutputStream full = new FileOutputStream("/dev/full")) {
      IOException e = assertThrows(IOException.class, () -> full.write(0));
      assertInstanceOf(OutOfSpaceException.class, SystemErrors.of(FILE, e));
    }
  }

  @Test
  void otherErrorsNameTheFileAndKeepTheirType() {
    assertEquals(FILE + ": Input/output error",
        SystemErrors.of(FILE, new IOException("Input/output error")).getMessage());
    AccessDeniedException denied = new AccessDeniedException("some/file");
    assertSame(denied, SystemErrors.of(FILE, denied));
    IOException closed = SystemErrors.of(FILE, new AsynchronousCloseException());
    assertInstanceOf(ClosedChannelException.class, closed);
    assertEquals(FILE + ": the file has been closed", closed.getMessage());
  }
}
