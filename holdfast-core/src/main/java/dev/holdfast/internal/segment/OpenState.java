package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.StateSlot;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The STATE file of a stream while it is open, and the memory it is mapped into if its slots are stored there. Its
 * memory can fault, so it is only ever the target of bulk copies. Used by the stream's leader; closed when nobody uses
 * it.
 */
final class OpenState implements Closeable {
  private final LogFile file;
  private final Reaper reaper;
  private int notes;
  private @Nullable Map map;

  private record Map(MemorySegment memory, Arena arena) {}

  OpenState(LogFile file, Reaper reaper) {
    this.file = file;
    this.reaper = reaper;
  }

  LogFile file() {
    return file;
  }

  /** Counts a slot that need not be durable; returns how many there have been since the file was opened. */
  int noted() {
    return ++notes;
  }

  boolean isMapped() {
    return map != null;
  }

  /** Maps the file, by the name it was opened by. */
  void map() throws IOException {
    var arena = Arena.ofShared();
    try {
      map = new Map(file.map(arena, 0, StateSlot.FILE_SIZE, Access.READ_WRITE), arena);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Lets go of the memory. What was stored there stays in the file. */
  void unmap() {
    var mapped = map;
    if (mapped != null) {
      map = null;
      reaper.close(mapped.arena);
    }
  }

  /**
   * Copies the bytes of a slot to its place in the mapped file.
   *
   * @throws InternalError if the memory faulted: any part of the slot may be there
   */
  void store(byte[] slot, long offset) {
    var mapped = map;
    if (mapped == null) {
      throw new IllegalStateException("the file is not mapped");
    }
    // Others may read it at any time, and find what it speaks of: what was written before must be there before.
    VarHandle.releaseFence();
    MappedMemory.store(slot, slot.length, mapped.memory, offset);
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      unmap();
    }
  }
}
