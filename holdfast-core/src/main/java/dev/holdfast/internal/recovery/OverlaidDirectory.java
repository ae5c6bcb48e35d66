package dev.holdfast.internal.recovery;

import dev.holdfast.internal.format.Names;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A stream's directory, read as if the frames of a ring had been written into their segments. */
record OverlaidDirectory(Directory directory, RingFrames ring) implements Directory {

  @Override
  public LogFile open(String name, Access access) throws IOException {
    if (access != Access.READ) {
      throw readOnly();
    }
    var file = directory.open(name, access);
    var firstId = Names.firstId(name);
    if (firstId < 0) {
      return file;
    }
    try {
      return ring.over(file, firstId);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  @Override
  public List<String> list() throws IOException {
    return directory.list();
  }

  @Override
  public boolean exists(String name) throws IOException {
    return directory.exists(name);
  }

  @Override
  public Directory subdirectory(String name) throws IOException {
    return directory.subdirectory(name);
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    return directory.isLocked(name);
  }

  @Override
  public boolean canMap() {
    return directory.canMap();
  }

  @Override
  public Directory createSubdirectory(String name) {
    throw readOnly();
  }

  @Override
  public LogFile create(String name, long size) {
    throw readOnly();
  }

  @Override
  public void delete(String name) {
    throw readOnly();
  }

  @Override
  public void rename(String from, String to) {
    throw readOnly();
  }

  @Override
  public void sync() {
    throw readOnly();
  }

  @Override
  public Optional<DirectoryLock> tryLock(String name, LockMode mode) {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("this view of a stream is only read");
  }
}
