package dev.holdfast.testkit;

import dev.holdfast.storage.Access;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The memory behind the mappings of a simulated file: a copy of its first bytes, compared with the file whenever the
 * disk looks. The memory outlives the arenas it was mapped for, so that what was stored last is not lost with them.
 * Guarded by the lock of the disk, except for what programs store.
 */
final class Mapping {
  private final MemorySegment memory;
  private final List<Arena> arenas = new ArrayList<>();
  private boolean stored; // whether programs may have

  /** Makes memory for the file as it is now. */
  Mapping(Pages file) {
    memory = Arena.ofAuto().allocate(file.size(), Pages.PAGE);
    refresh(file, 0, file.size());
  }

  boolean covers(long end) {
    return end <= memory.byteSize();
  }

  /** Returns what a program gets to see, until it closes {@code arena}. */
  MemorySegment map(Arena arena, long position, long length, Access access) {
    arenas.add(arena);
    stored |= access == Access.READ_WRITE;
    MemorySegment region = memory.asSlice(position, length);
    return access == Access.READ_WRITE ? region : region.asReadOnly();
  }

  /** Returns whether somebody can still see the memory. */
  boolean isAlive() {
    arenas.removeIf(arena -> !arena.scope().isAlive());
    return !arenas.isEmpty();
  }

  /** Returns whether somebody may be storing into the memory. */
  boolean isStoredInto() {
    return stored && isAlive();
  }

  /** Copies from the file what it holds now in the given range. */
  void refresh(Pages file, long position, long length) {
    long end = Math.min(position + length, memory.byteSize());
    byte[] bytes = new byte[Pages.PAGE];
    for (long at = position; at < end; at += bytes.length) {
      int n = (int) Math.min(bytes.length, end - at);
      Arrays.fill(bytes, (byte) 0);
      file.read(ByteBuffer.wrap(bytes, 0, n), at);
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, at, n);
    }
  }

  /** Returns the pages of the file that differ from the memory, as the memory has them. */
  Map<Long, byte[]> changedPages(Pages file) {
    Map<Long, byte[]> changed = new TreeMap<>();
    long end = stored ? Math.min(memory.byteSize(), file.size()) : 0;
    for (long at = 0; at < end; at += Pages.PAGE) {
      byte[] before = file.page(at / Pages.PAGE);
      byte[] now = before.clone();
      MemorySegment.copy(memory, at, MemorySegment.ofArray(now), 0, Math.min(Pages.PAGE, end - at));
      if (!Arrays.equals(now, before)) {
        changed.put(at / Pages.PAGE, now);
      }
    }
    return changed;
  }
}
