package dev.holdfast.internal.recordlog;

import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that is prepared, under another name, to become a record log or to replace it: with all its records, durable.
 * The steps and what a crash leaves after each: {@code docs/CRASH-SAFETY.md}, "The record log".
 */
final class Replacement {
  /** The size of the smallest file; larger ones are larger by powers of two. */
  private static final long SMALLEST = 8192;
  private static final int MAX_FRAME = (1 << 30) + Frame.HEADER;
  private static final int BUFFER = 1 << 16;

  private final RecordFile where;
  private final LogFile file;
  private final SegmentHeader header;
  private final FrameChecksum checksum = new FrameChecksum();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long offset = StartFrame.DATA_START;
  private long nextId;
  private @Nullable StateSlot slot;

  private Replacement(RecordFile where, LogFile file, SegmentHeader header) {
    this.where = where;
    this.file = file;
    this.header = header;
  }

  /** Copies the records of the file that is replaced. */
  interface Content {
    void copyTo(Replacement replacement) throws IOException;
  }

  /** Returns the header of a new log. */
  static SegmentHeader firstHeader(long streamId, long salt, long created) {
    return new SegmentHeader(RecordFile.NAME_HASH, streamId, salt, 1, created, SMALLEST, MAX_FRAME);
  }

  /**
   * Returns the header of a file with room for frames up to {@code bytes} that replaces the one with the header
   * {@code before}.
   */
  static SegmentHeader nextHeader(SegmentHeader before, long salt, long created, long bytes) {
    var size = SMALLEST;
    while (size - Watermark.SIZE < bytes) {
      size *= 2;
    }
    return new SegmentHeader(RecordFile.NAME_HASH, before.streamId(), salt, before.epoch() + 1, created, size,
        Math.max(MAX_FRAME, before.maxFrame()));
  }

  /**
   * Prepares a file, durably. If that fails nothing is left behind, unless deleting fails too.
   *
   * @param durableEnd what its watermark says: how many of the records copied are durable in the file that is replaced,
   *   which a power loss can bring back until the directory is synced
   */
  static Replacement prepare(RecordFile where, SegmentHeader header, long durableEnd, Content content)
      throws IOException {
    if (where.directory().exists(where.rewrite())) {
      where.directory().delete(where.rewrite()); // the lock is held: nobody prepares it
    }
    var replacement = new Replacement(where, create(where, header.reserved()), header);
    try {
      replacement.file.write(header.encode(), 0);
      replacement.file.write(StartFrame.FIRST.encode(header.salt(), 0, 0, 0), SegmentHeader.SIZE);
      content.copyTo(replacement);
      replacement.finish(durableEnd);
      return replacement;
    } catch (IOException | RuntimeException | Error e) {
      replacement.discard(e);
      throw e;
    }
  }

  private static LogFile create(RecordFile where, long size) throws IOException {
    return where.exists()
        ? where.directory().createLike(where.name(), where.rewrite(), size)
        : where.directory().create(where.rewrite(), size);
  }

  /** Copies a frame: with the salt of this file, and as one before which everything is durable, which it is here. */
  void copy(Frame frame, ByteBuffer source, int at) throws IOException {
    var size = (int) frame.size();
    source.putInt(at + Frame.UNSYNCED, 0);
    source.putInt(at + Frame.CHECKSUM, checksum.of(header.salt(), source.duplicate(), at, frame.payloadLength()));
    var length = Frame.HEADER + frame.payloadLength();
    if (size > buffer.remaining()) {
      flush();
    }
    if (size > buffer.capacity()) {
      file.write(source.slice(at, length), offset);
      offset += size;
    } else {
      buffer.put(source.slice(at, length)).put(new byte[size - length]);
    }
    nextId = frame.endId();
  }

  private void flush() throws IOException {
    var length = buffer.position();
    file.write(buffer.flip(), offset);
    offset += length;
    buffer.clear();
  }

  private void finish(long durableEnd) throws IOException {
    flush();
    slot = Watermark.begin(file, header, durableEnd);
    file.force();
  }

  /** Gives it the name of the log. Durable after the directory is synced. */
  void rename() throws IOException {
    where.directory().rename(where.rewrite(), where.name());
  }

  /** Returns whether it still has its former name. */
  boolean isNotRenamed() throws IOException {
    return where.directory().exists(where.rewrite());
  }

  /** Closes it, because of {@code cause}: under which name it is nobody knows, and all of it is durable. */
  void close(Throwable cause) {
    try {
      file.close();
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Closes and deletes it, because of {@code cause}. */
  void discard(Throwable cause) {
    try {
      file.close();
      where.directory().delete(where.rewrite());
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  LogFile file() {
    return file;
  }

  SegmentHeader header() {
    return header;
  }

  /** Returns the slot of its watermark that counts. */
  StateSlot slot() {
    return Objects.requireNonNull(slot);
  }

  /** Returns where the next record goes. */
  long offset() {
    return offset;
  }

  long nextId() {
    return nextId;
  }
}
