package dev.holdfast.snapshot;

import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.storage.LogFile;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** Reads the blocks of a snapshot; delivers nothing that has not been verified. */
final class SnapshotInput extends InputStream {
  private final LogFile file;
  private final SnapshotHeader header;
  private final byte[] block = new byte[SnapshotHeader.BLOCK];
  private int at;
  private int length;
  private long blocks;
  private long left;
  private long offset = SnapshotHeader.SIZE;

  SnapshotInput(LogFile file, SnapshotHeader header) {
    this.file = file;
    this.header = header;
    this.left = header.length();
  }

  /** Returns how many bytes have not been read. */
  long unread() {
    return left + length - at;
  }

  @Override
  public int available() {
    return length - at;
  }

  @Override
  public int read() throws IOException {
    return fill() ? block[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int from, int count) throws IOException {
    Objects.checkFromIndexSize(from, count, target.length);
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    var part = Math.min(count, length - at);
    System.arraycopy(block, at, target, from, part);
    at += part;
    return part;
  }

  /** Has something in the block; false at the end. */
  private boolean fill() throws IOException {
    if (at < length) {
      return true;
    }
    if (left == 0) {
      return false;
    }
    var expected = (int) Math.min(left, SnapshotHeader.BLOCK);
    var start = ByteBuffer.allocate(SnapshotHeader.BLOCK_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    readFully(start, offset);
    readFully(ByteBuffer.wrap(block, 0, expected), offset + SnapshotHeader.BLOCK_HEADER);
    if (start.getInt(4) != expected
        || start.getInt(0) != SnapshotHeader.blockChecksum(header.end(), blocks, block, expected)) {
      throw new DamagedSnapshotException("block " + blocks + " at offset " + offset
          + " does not agree with its checksum");
    }
    blocks++;
    offset += SnapshotHeader.BLOCK_HEADER + expected;
    left -= expected;
    at = 0;
    length = expected;
    return true;
  }

  private void readFully(ByteBuffer buffer, long position) throws IOException {
    var wanted = buffer.remaining();
    if (file.read(buffer, position) < wanted) {
      throw new EOFException(file.name() + ": ends before offset " + (position + wanted));
    }
  }
}
