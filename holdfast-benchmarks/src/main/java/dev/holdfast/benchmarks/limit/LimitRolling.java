package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The least that goes on appending without syncing: frames are collected in a buffer, and a full buffer is written at
 * once, into one file behind the other ({@link RollingFiles}). What it takes to prepare files is part of what is
 * measured. For one thread at a time.
 */
public final class LimitRolling implements Appender {
  private final Frames frames = new Frames();
  private final ByteBuffer buffer;
  private final RollingFiles files;
  private long nextId;

  private LimitRolling(RollingFiles files, int bufferSize) {
    this.files = files;
    this.buffer = Frames.buffer(bufferSize);
  }

  /** Creates the program, its first file and the next in an existing directory. */
  public static LimitRolling create(Path directory, long fileSize, int bufferSize, ChannelKind channel)
      throws IOException {
    return new LimitRolling(RollingFiles.create(directory, fileSize, channel), bufferSize);
  }

  @Override
  public long append(byte[] record) throws IOException {
    if (buffer.remaining() < Frames.size(record.length)) {
      files.append(buffer.flip());
      buffer.clear();
    }
    long id = nextId++;
    frames.put(buffer, id, record);
    return id;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
