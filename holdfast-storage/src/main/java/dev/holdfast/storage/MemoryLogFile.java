package dev.holdfast.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** One handle of a file in memory. */
final class MemoryLogFile implements LogFile {

  private final String name;
  private final String location;
  private final Access access;
  private final MemoryFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  MemoryLogFile(String name, String location, Access access, MemoryFile file) {
    this.name = name;
    this.location = location;
    this.access = access;
    this.file = file;
    file.retain();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return file.size();
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    requirePosition(position);
    requireOpen();
    return file.read(dst, position);
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    requirePosition(position);
    requireWritable();
    file.write(src, position, location);
  }

  @Override
  public MemorySegment map(Arena arena, long position, long length, Access mapAccess) {
    throw new UnsupportedOperationException("map: " + location + " is in memory and has no pages of a file");
  }

  @Override
  public void force() throws IOException {
    requireOpen();
  }

  @Override
  public void truncate(long size) throws IOException {
    requirePosition(size);
    requireWritable();
    synchronized (file) {
      if (size > file.size()) {
        throw new IllegalArgumentException(location + ": cannot truncate " + file.size() + " bytes to " + size);
      }
      file.truncate(size);
    }
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      file.release();
    }
  }

  private void requirePosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException(location + ": negative position or size " + position);
    }
  }

  private void requireOpen() throws IOException {
    if (closed.get()) {
      throw new ClosedFileException(location);
    }
  }

  private void requireWritable() throws IOException {
    requireOpen();
    if (access == Access.READ) {
      throw new IOException(location + ": was opened for reading only");
    }
  }

  @Override
  public String toString() {
    return "MemoryLogFile[" + location + "]";
  }
}
