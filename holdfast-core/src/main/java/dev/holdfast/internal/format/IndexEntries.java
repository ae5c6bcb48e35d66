package dev.holdfast.internal.format;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A sparse index of a segment: for some data frames, ascending, the first id (as a distance from the segment's first
 * id), the offset in the file divided by 8, and the append time (ms since the segment's creation).
 *
 * <p>
 * One thread adds, any number look up: an entry is published by the size, after the arrays that hold it. Only in that
 * order: a store that waited for all before it would take a tenth of the time in which recovery scans.
 */
public final class IndexEntries {
  /** Bytes of frames after which the next data frame gets an entry. */
  public static final int SPACING = 4096;
  private static final int FIELDS = 3;
  private static final long LARGEST = 1L << 30; // beyond that it grows when it must
  private static final int GUESSES = 4;

  private volatile int[] fields;
  private final AtomicInteger size;

  /** Creates an empty index. */
  public IndexEntries() {
    this(new int[FIELDS * 4], 0);
  }

  /**
   * Creates an empty index with room for the entries of a segment of {@code fileSize} bytes: an appender that had to
   * copy what there is, into memory never touched before, would wait for that.
   */
  public static IndexEntries forFileOf(long fileSize) {
    return new IndexEntries(new int[(int) (FIELDS * (Math.min(fileSize, LARGEST) / SPACING + 1))], 0);
  }

  private IndexEntries(int[] fields, int size) {
    this.fields = fields;
    this.size = new AtomicInteger(size);
  }

  /** Returns the entries in a buffer: of each the id distance, the offset divided by 8, the time. */
  static IndexEntries of(IntBuffer entries) {
    var fields = new int[entries.remaining()];
    entries.get(fields);
    return new IndexEntries(fields, fields.length / FIELDS);
  }

  /** Writes the entries into a buffer, as {@link #of} reads them. */
  void copyTo(IntBuffer target) {
    target.put(fields, 0, FIELDS * size());
  }

  /** Returns the number of entries. */
  public int size() {
    return size.get();
  }

  /** Returns whether a data frame at {@code offset} gets an entry. */
  public boolean wants(long offset) {
    var n = size();
    return n == 0 || offset - offset(n - 1) >= SPACING;
  }

  /** Adds an entry; called by one thread at a time. */
  public void add(long idDistance, long offset, int time) {
    var n = size();
    var f = fields;
    if (f.length < FIELDS * (n + 1)) {
      f = Arrays.copyOf(f, Math.max(FIELDS * 4, f.length * 2));
      fields = f;
    }
    f[FIELDS * n] = (int) idDistance;
    f[FIELDS * n + 1] = (int) (offset / Frame.ALIGNMENT);
    f[FIELDS * n + 2] = time;
    size.setRelease(n + 1);
  }

  /** Drops the entries whose id distance is {@code idDistance} or more; called by the adding thread. */
  public void dropFrom(long idDistance) {
    var n = size();
    while (n > 0 && idDistance(n - 1) >= idDistance) {
      n--;
    }
    size.set(n);
  }

  /** Returns the id distance of entry {@code i}. */
  public long idDistance(int i) {
    return idDistance(fields, i);
  }

  /** Returns the offset of entry {@code i}, in bytes. */
  public long offset(int i) {
    return Integer.toUnsignedLong(fields[FIELDS * i + 1]) * Frame.ALIGNMENT;
  }

  /** Returns the time of entry {@code i}. */
  public int time(int i) {
    return fields[FIELDS * i + 2];
  }

  /** Returns the last entry at or below {@code idDistance}, or -1 if there is none. */
  public int floor(long idDistance) {
    var low = 0;
    var high = size() - 1;
    var f = fields;
    for (var guesses = GUESSES; guesses > 0 && low + 1 < high; guesses--) {
      var first = idDistance(f, low);
      var last = idDistance(f, high);
      if (idDistance < first || idDistance >= last) {
        return idDistance < first ? low - 1 : high;
      }
      // records of like sizes: the entry is about as far along as the id is
      var guess = low + (int) ((idDistance - first) * (high - low) / (last - first));
      if (idDistance(f, guess) > idDistance) {
        high = guess - 1;
      } else if (idDistance(f, guess + 1) > idDistance) {
        return guess;
      } else {
        low = guess + 1;
      }
    }
    return floor(f, idDistance, low, high);
  }

  /**
   * Returns the last entry at or below {@code idDistance}, which is at least {@code from - 1} and at most {@code to}.
   */
  private static int floor(int[] fields, long idDistance, int from, int to) {
    var low = from;
    var high = to;
    while (low <= high) {
      var middle = (low + high) >>> 1;
      if (idDistance(fields, middle) <= idDistance) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private static long idDistance(int[] fields, int i) {
    return Integer.toUnsignedLong(fields[FIELDS * i]);
  }
}
