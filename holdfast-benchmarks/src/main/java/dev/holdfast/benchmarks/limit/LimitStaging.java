package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The least that appends without syncing: frames are collected in a buffer, and a full buffer is written at once. For
 * one thread at a time.
 */
public final class LimitStaging implements SyncableAppender {
  private final PreallocatedFile file;
  private final Arena arena;
  private final ByteBuffer buffer;
  private final Frames frames = new Frames();
  private long nextId;

  private LimitStaging(PreallocatedFile file, Arena arena, ByteBuffer buffer) {
    this.file = file;
    this.arena = arena;
    this.buffer = buffer;
  }

  /** Creates the program; what is in its buffer dies with the process. */
  public static LimitStaging inMemory(Path path, long fileSize, int bufferSize, ChannelKind channel)
      throws IOException {
    var file = PreallocatedFile.create(path, fileSize, channel);
    return new LimitStaging(file, Arena.ofShared(), Frames.buffer(bufferSize));
  }

  /** Creates the program; its buffer is a mapped file, so that an append survives the death of the process. */
  public static LimitStaging inMappedFile(Path path, Path bufferPath, long fileSize, int bufferSize,
      ChannelKind channel) throws IOException {
    PreallocatedFile.create(bufferPath, bufferSize, channel).close();
    var file = PreallocatedFile.create(path, fileSize, channel);
    Arena arena = Arena.ofShared();
    try (var mapped = FileChannel.open(bufferPath, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = mapped.map(MapMode.READ_WRITE, 0, bufferSize, arena).asByteBuffer();
      return new LimitStaging(file, arena, buffer.order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  @Override
  public long append(byte[] record) throws IOException {
    if (buffer.remaining() < Frames.size(record.length)) {
      writeOut();
    }
    long id = nextId++;
    frames.put(buffer, id, record);
    return id;
  }

  private void writeOut() throws IOException {
    file.append(buffer.flip());
    buffer.clear();
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
