package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in memory, read and written by copying. */
final class MappedFile implements RawChannel {
  private final Arena arena;
  private final MemorySegment mapped;

  private MappedFile(Arena arena, MemorySegment mapped) {
    this.arena = arena;
    this.mapped = mapped;
  }

  /** Maps a file, which keeps its size. */
  static MappedFile open(Path path) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new MappedFile(arena, channel.map(MapMode.READ_WRITE, 0, channel.size(), arena));
    }
  }

  @Override
  public int write(ByteBuffer bytes, long position) {
    int count = (int) Math.min(bytes.remaining(), mapped.byteSize() - position);
    MemorySegment.copy(MemorySegment.ofBuffer(bytes), 0, mapped, position, count);
    bytes.position(bytes.position() + count);
    return count;
  }

  @Override
  public int read(ByteBuffer bytes, long position) {
    int count = (int) Math.min(bytes.remaining(), mapped.byteSize() - position);
    if (count <= 0) {
      return -1;
    }
    MemorySegment.copy(mapped, position, MemorySegment.ofBuffer(bytes), 0, count);
    bytes.position(bytes.position() + count);
    return count;
  }

  /** {@code msync} of all of it. */
  @Override
  public void sync() {
    mapped.force();
  }

  @Override
  public void close() {
    arena.close();
  }
}
