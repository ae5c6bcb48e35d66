package dev.holdfast.benchmarks.limit;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The least that reads a record by its id: the offset of every record is in memory, the file is mapped, the frame is
 * copied out of it and its checksum verified. For one thread at a time.
 */
public final class LimitGet implements Closeable {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Arena arena;
  private final MemorySegment mapped;
  private final int[] offsets;
  private final Frames frames = new Frames();
  private final byte[] frame;
  private final MemorySegment frameSegment;
  private final ByteBuffer frameBuffer;

  private LimitGet(Arena arena, MemorySegment mapped, int[] offsets, int largestRecord) {
    this.arena = arena;
    this.mapped = mapped;
    this.offsets = offsets;
    this.frame = new byte[Frames.size(largestRecord)];
    this.frameSegment = MemorySegment.ofArray(frame);
    this.frameBuffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Creates the program and a file of this many records. */
  public static LimitGet create(Path path, int records, int recordSize) throws IOException {
    int frameSize = Frames.size(recordSize);
    long size = (long) records * frameSize;
    FilledFile.create(path, size, size, recordSize);
    int[] offsets = new int[records];
    Arrays.setAll(offsets, i -> Math.toIntExact((long) i * frameSize / 8));
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path)) {
      return new LimitGet(arena, channel.map(MapMode.READ_ONLY, 0, size, arena), offsets, recordSize);
    }
  }

  /** Returns a copy of one record. */
  public byte[] get(int id) {
    long offset = offsets[id] * 8L;
    int size = Frames.HEADER + mapped.get(INT, offset + 4);
    MemorySegment.copy(mapped, offset, frameSegment, 0, size);
    int length = frames.check(frameBuffer, 0, size, id);
    if (length < 0) {
      throw new IllegalStateException("record " + id + " is damaged");
    }
    return Arrays.copyOfRange(frame, Frames.HEADER, Frames.HEADER + length);
  }

  @Override
  public void close() {
    arena.close();
  }
}
