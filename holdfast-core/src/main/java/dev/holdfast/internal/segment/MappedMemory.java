package dev.holdfast.internal.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies into and out of memory of mapped files. Such memory can fault: a page of the file is not there any more, or
 * its device fails. Compiled code then goes on, and gets an {@link InternalError} where the JVM next looks for what is
 * wanted of the thread, which may be after many methods: behind the lock that it held, or in the middle of letting go
 * of it. So it is made to look behind each copy. Safe for use by many threads.
 */
final class MappedMemory {
  /** Not a constant, and read each time: else a compiler that counts the rounds would leave out the looking. */
  private static volatile int rounds = 2;

  private MappedMemory() {}

  /**
   * Copies bytes of an array into mapped memory.
   *
   * @throws InternalError if the memory faulted: any part of the bytes may be there
   */
  static void store(byte[] src, int length, MemorySegment memory, long at) {
    MemorySegment.copy(src, 0, memory, ValueLayout.JAVA_BYTE, at, length);
    noticeFault();
  }

  /** As {@link #store(byte[], int, MemorySegment, long)}. */
  static void store(MemorySegment src, int length, MemorySegment memory, long at) {
    MemorySegment.copy(src, 0, memory, at, length);
    noticeFault();
  }

  /**
   * Copies bytes of mapped memory into an array.
   *
   * @throws InternalError if the memory faulted: the array may have anything
   */
  static void load(MemorySegment memory, long at, byte[] dst, int offset, int length) {
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, dst, offset, length);
    noticeFault();
  }

  /** The JVM looks each time a loop begins again whose rounds it cannot count; a native call would take far longer. */
  private static void noticeFault() {
    var round = 0;
    do {
      round++;
    } while (round < rounds);
  }
}
