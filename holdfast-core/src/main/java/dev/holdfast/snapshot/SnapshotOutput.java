package dev.holdfast.snapshot;

import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the blocks of a snapshot. */
final class SnapshotOutput extends OutputStream {
  private final LogFile file;
  private final long end;
  private final long limit;
  private final byte[] block = new byte[SnapshotHeader.BLOCK];
  private @Nullable IOException failure; // the first
  private int used;
  private long blocks;
  private long length;
  private long offset = SnapshotHeader.SIZE;

  /**
   * Creates one.
   *
   * @param limit the largest state, in bytes
   */
  SnapshotOutput(LogFile file, long end, long limit) {
    this.file = file;
    this.end = end;
    this.limit = limit;
  }

  /** Returns the bytes written so far. */
  long length() {
    return length;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[]{(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int from, int count) throws IOException {
    Objects.checkFromIndexSize(from, count, source.length);
    checkWritten();
    try {
      add(source, from, count);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  private void add(byte[] source, int from, int count) throws IOException {
    if (length + count > limit) {
      throw new StateTooLargeException("the state has more than " + limit + " bytes, the limit");
    }
    for (var done = 0; done < count;) {
      var part = Math.min(count - done, block.length - used);
      System.arraycopy(source, from + done, block, used, part);
      used += part;
      done += part;
      length += part;
      if (used == block.length) {
        writeBlock();
      }
    }
  }

  private void writeBlock() throws IOException {
    var header = ByteBuffer.allocate(SnapshotHeader.BLOCK_HEADER).order(ByteOrder.LITTLE_ENDIAN)
        .putInt(SnapshotHeader.blockChecksum(end, blocks, block, used)).putInt(used).flip();
    file.write(header, offset);
    file.write(ByteBuffer.wrap(block, 0, used), offset + SnapshotHeader.BLOCK_HEADER);
    offset += SnapshotHeader.BLOCK_HEADER + used;
    blocks++;
    used = 0;
  }

  /** Throws what has gone wrong once more: a codec may have swallowed it, and what follows would leave a hole. */
  void checkWritten() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Writes what has not filled a block. */
  void finish() throws IOException {
    checkWritten();
    if (used > 0) {
      writeBlock();
    }
  }
}
