package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * {@link LimitStaging} in a mapped file, with what many threads and memory that can fault take beyond that: a lock, and
 * frames that are made in an array and then copied, since a checksum computed over mapped memory would crash the JVM
 * where a page of it cannot be read.
 */
public final class LimitLockedStaging implements SyncableAppender {
  private final PreallocatedFile file;
  private final Arena arena;
  private final MemorySegment memory;
  private final ByteBuffer content; // of the memory, as it is written
  private final ReentrantLock lock = new ReentrantLock();
  private final byte[] frame;
  private final ByteBuffer frameBuffer;
  private final Frames frames = new Frames();
  private int used;
  private long nextId;

  private LimitLockedStaging(PreallocatedFile file, Arena arena, MemorySegment memory, int largestPayload) {
    this.file = file;
    this.arena = arena;
    this.memory = memory;
    this.content = memory.asByteBuffer();
    this.frame = new byte[Frames.size(largestPayload)];
    this.frameBuffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Creates the program; its buffer is a mapped file, so that an append survives the death of the process. */
  public static LimitLockedStaging create(Path path, Path bufferPath, long fileSize, int bufferSize, int largestPayload,
      ChannelKind channel) throws IOException {
    PreallocatedFile.create(bufferPath, bufferSize, channel).close();
    PreallocatedFile file = PreallocatedFile.create(path, fileSize, channel);
    Arena arena = Arena.ofShared();
    try (var mapped = FileChannel.open(bufferPath, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = mapped.map(MapMode.READ_WRITE, 0, bufferSize, arena);
      return new LimitLockedStaging(file, arena, memory, largestPayload);
    }
  }

  @Override
  public long append(byte[] record) throws IOException {
    lock.lock();
    try {
      int size = Frames.size(record.length);
      if (memory.byteSize() - used < size) {
        writeOut();
      }
      long id = nextId++;
      frames.put(frameBuffer.clear(), id, record);
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, used, size);
      used += size;
      return id;
    } finally {
      lock.unlock();
    }
  }

  private void writeOut() throws IOException {
    file.append(content.limit(used).position(0));
    used = 0;
  }

  @Override
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    arena.close();
    file.close();
  }
}
