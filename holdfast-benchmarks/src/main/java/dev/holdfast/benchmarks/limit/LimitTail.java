package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The least that hands records to a reader through a file: a frame is stored into a mapped file, or written and synced,
 * then the end is published; who reads copies the frame out of the mapped file and verifies it. For one appending and
 * one reading thread.
 */
public final class LimitTail implements Appender {
  private final PreallocatedFile written;
  private final MappedFile mapped;
  private final boolean durable;
  private final long size;

  // The appender's.
  private final Frames frames = new Frames();
  private final ByteBuffer frame;
  private long nextId;
  private long end;

  /** How many records there are; published by the appender. */
  private volatile long published;

  // The reader's.
  private final Frames checks = new Frames();
  private final ByteBuffer copy;
  private long nextRead;
  private long readFrom;

  private LimitTail(PreallocatedFile written, MappedFile mapped, boolean durable, long size, int recordSize) {
    this.written = written;
    this.mapped = mapped;
    this.durable = durable;
    this.size = size;
    this.frame = Frames.buffer(Frames.size(recordSize));
    this.copy = Frames.buffer(Frames.size(recordSize));
  }

  /** Creates the program and its file for records that all have this size. */
  public static LimitTail create(Path path, long fileSize, int recordSize, boolean durable, ChannelKind channel)
      throws IOException {
    PreallocatedFile file = PreallocatedFile.create(path, fileSize, channel);
    return new LimitTail(file, MappedFile.open(path), durable, fileSize, recordSize);
  }

  @Override
  public long append(byte[] record) throws IOException {
    long id = nextId++;
    frames.put(frame.clear(), id, record);
    frame.flip();
    if (durable) {
      written.append(frame);
      written.sync();
    } else {
      end = startOfNext(end);
      end += mapped.write(frame, end);
    }
    published = id + 1;
    return id;
  }

  /** Returns the next record, null if there is none yet; it is the caller's until the next call. */
  public @Nullable ByteBuffer poll() {
    if (nextRead == published) {
      return null;
    }
    readFrom = startOfNext(readFrom);
    mapped.read(copy.clear(), readFrom);
    int length = checks.check(copy, 0, copy.capacity(), nextRead);
    if (length < 0) {
      throw new IllegalStateException("record " + nextRead + " is damaged");
    }
    nextRead++;
    readFrom += Frames.size(length);
    return copy.position(Frames.HEADER).limit(Frames.HEADER + length);
  }

  /** Goes on from the front, as the file written to does, where there is no room for another frame. */
  private long startOfNext(long position) {
    return position + copy.capacity() > size ? 0 : position;
  }

  @Override
  public void close() throws IOException {
    mapped.close();
    written.close();
  }
}
