package dev.holdfast.testkit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of a file in pages that are never changed, only replaced, so that copies share them. A page that is missing
 * is all zeros. Not safe for use by several threads.
 */
final class Pages {
  static final int PAGE = 4096;

  /** The page that stands for zeros where an absent one cannot. */
  static final byte[] ZEROS = new byte[PAGE];

  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final Map<Long, byte[]> pages;
  private long size;

  Pages() {
    this(new HashMap<>(), 0);
  }

  private Pages(Map<Long, byte[]> pages, long size) {
    this.pages = pages;
    this.size = size;
  }

  Pages copy() {
    return new Pages(new HashMap<>(pages), size);
  }

  long size() {
    return size;
  }

  byte[] page(long number) {
    return pages.getOrDefault(number, ZEROS);
  }

  void replace(long number, byte[] page) {
    pages.put(number, page);
  }

  /** What a page holds beyond the end of the file is zeros, should the file grow again. */
  void zeroBeyondEnd(long number) {
    long inside = size - number * PAGE;
    if (inside < PAGE) {
      byte[] page = page(number).clone();
      Arrays.fill(page, (int) Math.max(0, inside), PAGE, (byte) 0);
      pages.put(number, page);
    }
  }

  /** Reads until {@code dst} is full or the file ends, and returns how many bytes. */
  int read(ByteBuffer dst, long position) {
    int total = (int) Math.max(0, Math.min(dst.remaining(), size - position));
    for (int done = 0; done < total;) {
      long at = position + done;
      int offset = (int) (at % PAGE);
      int n = Math.min(PAGE - offset, total - done);
      dst.put(page(at / PAGE), offset, n);
      done += n;
    }
    return total;
  }

  /**
   * Writes all of {@code src}, growing the file if need be, and returns the pages that this replaced, as they are now.
   */
  Map<Long, byte[]> write(ByteBuffer src, long position) {
    Map<Long, byte[]> replaced = new TreeMap<>();
    for (long at = position; src.hasRemaining();) {
      int offset = (int) (at % PAGE);
      int n = Math.min(PAGE - offset, src.remaining());
      byte[] page = page(at / PAGE).clone();
      src.get(page, offset, n);
      replaced.put(at / PAGE, page);
      at += n;
      size = Math.max(size, at);
    }
    pages.putAll(replaced);
    return replaced;
  }

  /**
   * Sets the size, growing with zeros or cutting for good, and returns the pages that this replaced, as they are now.
   */
  Map<Long, byte[]> resize(long newSize) {
    Map<Long, byte[]> replaced = new TreeMap<>();
    if (newSize < size) {
      for (Map.Entry<Long, byte[]> entry : pages.entrySet()) {
        long start = entry.getKey() * PAGE;
        if (start >= newSize) {
          replaced.put(entry.getKey(), ZEROS);
        } else if (start + PAGE > newSize) {
          byte[] page = ZEROS.clone();
          System.arraycopy(entry.getValue(), 0, page, 0, (int) (newSize - start));
          replaced.put(entry.getKey(), page);
        }
      }
      pages.putAll(replaced);
    }
    size = newSize;
    return replaced;
  }

  /** Returns a copy of a page in which one bit is the other way round. */
  static byte[] flipped(byte[] page, int offset, int bit) {
    byte[] result = page.clone();
    result[offset] ^= (byte) (1 << bit);
    return result;
  }

  /** Returns a hash of 64 bits of the size and the bytes; which pages are absent and which hold zeros is no matter. */
  long contentHash() {
    long sum = 0; // of pages, in any order
    for (Map.Entry<Long, byte[]> entry : pages.entrySet()) {
      byte[] page = entry.getValue();
      if (!Arrays.equals(page, ZEROS)) {
        long hash = entry.getKey();
        for (int i = 0; i < PAGE; i += Long.BYTES) {
          hash = mix(hash, (long) LONGS.get(page, i));
        }
        sum += hash;
      }
    }
    return mix(sum, size);
  }

  static long mix(long hash, long value) {
    long mixed = (hash ^ value) * MULTIPLIER;
    return mixed ^ mixed >>> 29;
  }
}
