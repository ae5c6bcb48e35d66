package dev.holdfast.internal.recordlog;

import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What vouches for the last records of a record log: the last 4096 bytes of its file are what the STATE of a stream is,
 * two slots that are written in turn. It is far from the records, so no damage to a single sector takes both, and no
 * record is ever written over it, so readers find it at any time.
 */
final class Watermark {
  /** The bytes at the end of the file. */
  static final int SIZE = StateSlot.FILE_SIZE;

  private Watermark() {}

  /** Returns where it begins, which is where the room for frames ends. */
  static long offset(SegmentHeader header) {
    return header.reserved() - SIZE;
  }

  /** Writes both slots into a new file; returns the newer one. */
  static StateSlot begin(LogFile file, SegmentHeader header, long durableEnd) throws IOException {
    var first = new StateSlot(1, header.epoch(), durableEnd, durableEnd, 0, RecordFile.NAME_HASH, header.streamId());
    file.write(ByteBuffer.wrap(first.encodeFile()), offset(header));
    return first.repeated();
  }

  /** Writes the slot after {@code before}, over the older one; returns it. */
  static StateSlot write(LogFile file, SegmentHeader header, StateSlot before, long durableEnd) throws IOException {
    var slot = new StateSlot(before.sequence() + 1, header.epoch(), durableEnd, durableEnd, 0, RecordFile.NAME_HASH,
        header.streamId());
    file.write(slot.encode(), offset(header) + slot.offset());
    return slot;
  }

  /** Returns the slot that counts, or null if there is none, which no crash leaves. */
  static @Nullable StateSlot read(LogFile file, SegmentHeader header) throws IOException {
    var slot = readAt(file, offset(header));
    return slot != null && slot.epoch() == header.epoch() && slot.streamId() == header.streamId() ? slot : null;
  }

  /** Returns whether a file, whatever it begins with, ends as a record log does. */
  static boolean isAtEndOf(LogFile file) throws IOException {
    var size = file.size();
    return size >= 2 * SIZE && readAt(file, size - SIZE) != null;
  }

  private static @Nullable StateSlot readAt(LogFile file, long offset) throws IOException {
    var bytes = new byte[SIZE];
    if (file.read(ByteBuffer.wrap(bytes), offset) < SIZE) {
      return null;
    }
    var slot = StateSlot.read(bytes).newest();
    return slot != null && slot.nameHash() == RecordFile.NAME_HASH ? slot : null;
  }
}
