package dev.holdfast.internal.recovery;

import dev.holdfast.internal.recovery.RingFrames.Region;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** A segment's file, read as if the frames of a ring had been written into it. */
record OverlaidFile(LogFile file, List<Region> regions) implements LogFile {

  @Override
  public String name() {
    return file.name();
  }

  @Override
  public long size() throws IOException {
    return file.size();
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    var at = dst.position();
    var length = file.read(dst, position);
    for (var region : regions) {
      var from = Math.max(position, region.header().offset());
      var to = Math.min(position + length, region.end());
      if (from < to) {
        dst.put(at + (int) (from - position), region.frames(), (int) (from - region.header().offset()),
            (int) (to - from));
      }
    }
    return length;
  }

  @Override
  public void write(ByteBuffer src, long position) throws IOException {
    throw new UnsupportedOperationException("write: only read");
  }

  /** Maps the file itself: only sealed ones are mapped, and they have everything. */
  @Override
  public MemorySegment map(Arena arena, long position, long length, Access access) throws IOException {
    return file.map(arena, position, length, access);
  }

  @Override
  public void force() throws IOException {
    throw new UnsupportedOperationException("force: only read");
  }

  @Override
  public void truncate(long size) throws IOException {
    throw new UnsupportedOperationException("truncate: only read");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
