package dev.holdfast.internal.recordlog;

import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** A record log's file without the watermark at its end, to be read as a segment. */
final class FrameArea implements LogFile {
  private final LogFile file;
  private final long end;

  FrameArea(LogFile file, SegmentHeader header) {
    this.file = file;
    this.end = Watermark.offset(header);
  }

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long size() throws IOException {
    return Math.min(file.size(), end);
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    var limit = dst.limit();
    dst.limit(Math.clamp(dst.position() + end - position, dst.position(), limit));
    try {
      return file.read(dst, position);
    } finally {
      dst.limit(limit);
    }
  }

  @Override
  public void write(ByteBuffer src, long position) {
    throw new UnsupportedOperationException("write");
  }

  @Override
  public MemorySegment map(Arena arena, long position, long length, Access access) {
    throw new UnsupportedOperationException("map");
  }

  @Override
  public void force() {
    throw new UnsupportedOperationException("force");
  }

  @Override
  public void truncate(long size) {
    throw new UnsupportedOperationException("truncate");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
