package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The least that appends to a mapped file without syncing: a frame is built beside it and copied. For one thread at a
 * time.
 */
public final class LimitMapped implements SyncableAppender {
  private final MappedFile file;
  private final long size;
  private final Frames frames = new Frames();
  private final ByteBuffer frame;
  private long nextId;
  private long end;

  private LimitMapped(MappedFile file, long size, int largestPayload) {
    this.file = file;
    this.size = size;
    this.frame = Frames.buffer(Frames.size(largestPayload));
  }

  /** Creates the program and its file, filled with zeros and synced. */
  public static LimitMapped create(Path path, long fileSize, int largestPayload, ChannelKind channel)
      throws IOException {
    PreallocatedFile.create(path, fileSize, channel).close();
    return new LimitMapped(MappedFile.open(path), fileSize, largestPayload);
  }

  @Override
  public long append(byte[] record) {
    long id = nextId++;
    frames.put(frame.clear(), id, record);
    frame.flip();
    if (end + frame.remaining() > size) {
      end = 0; // every page is there already
    }
    end += file.write(frame, end);
    return id;
  }

  /** {@code msync} of the whole file. */
  @Override
  public void sync() {
    file.sync();
  }

  @Override
  public void close() {
    file.close();
  }
}
