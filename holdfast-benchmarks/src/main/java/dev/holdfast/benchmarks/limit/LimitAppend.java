package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The least that makes one record durable: frame it, write it at the end, {@code fdatasync}. For one thread at a time.
 */
public final class LimitAppend implements SyncableAppender {
  private final PreallocatedFile file;
  private final boolean sync;
  private final ByteBuffer buffer;
  private final Frames frames = new Frames();
  private long nextId;

  private LimitAppend(PreallocatedFile file, boolean sync, int largestPayload) {
    this.file = file;
    this.sync = sync;
    this.buffer = Frames.buffer(Frames.size(largestPayload));
  }

  /** Creates the program and its file; an append is durable when it returns. */
  public static LimitAppend synced(Path path, long fileSize, int largestPayload, ChannelKind channel)
      throws IOException {
    return new LimitAppend(PreallocatedFile.create(path, fileSize, channel), true, largestPayload);
  }

  /** Creates the program and its file; an append survives the death of the process, and no more. */
  public static LimitAppend written(Path path, long fileSize, int largestPayload, ChannelKind channel)
      throws IOException {
    return new LimitAppend(PreallocatedFile.create(path, fileSize, channel), false, largestPayload);
  }

  @Override
  public long append(byte[] record) throws IOException {
    long id = nextId++;
    frames.put(buffer.clear(), id, record);
    writeOut();
    return id;
  }

  /** Appends records that become durable together or not at all, and returns the first one's id. */
  public long appendBatch(List<byte[]> records) throws IOException {
    long id = nextId;
    nextId += records.size();
    frames.putBatch(buffer.clear(), id, records);
    writeOut();
    return id;
  }

  private void writeOut() throws IOException {
    buffer.flip();
    file.append(buffer);
    if (sync) {
      file.sync();
    }
  }

  @Override
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
