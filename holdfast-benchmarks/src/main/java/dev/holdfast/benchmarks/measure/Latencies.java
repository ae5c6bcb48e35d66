package dev.holdfast.benchmarks.measure;

import java.util.Arrays;

/**
 * How long operations took, in buckets of which none is wider than 0.8 % of its value. Belongs to one thread. Has
 * memory only for values like those that came: of a thousand threads all buckets would be 58 MB, which each garbage
 * collection copies, so that programs which leave garbage would be measured with it.
 */
public final class Latencies {
  private static final int BUCKETS_PER_OCTAVE_LOG = 7;
  private static final int BUCKETS_PER_OCTAVE = 1 << BUCKETS_PER_OCTAVE_LOG;

  private static final int OCTAVES = Long.SIZE - BUCKETS_PER_OCTAVE_LOG;
  private static final int BUCKETS = OCTAVES * BUCKETS_PER_OCTAVE;

  private static final long[] NONE = {};

  private final long[][] counts = new long[OCTAVES][]; // of the buckets of each octave, if one was needed
  private long count;
  private long max;

  /** Creates it empty. */
  public Latencies() {
    Arrays.fill(counts, NONE);
  }

  /** Adds one operation that took {@code nanos}. */
  public void add(long nanos) {
    long value = Math.max(0, nanos);
    int bucket = bucket(value);
    octave(bucket >>> BUCKETS_PER_OCTAVE_LOG)[bucket % BUCKETS_PER_OCTAVE]++;
    count++;
    max = Math.max(max, value);
  }

  /** Adds all that is in {@code other}. */
  public void addAll(Latencies other) {
    for (int i = 0; i < OCTAVES; i++) {
      long[] more = other.counts[i];
      if (more.length > 0) {
        long[] mine = octave(i);
        for (int j = 0; j < BUCKETS_PER_OCTAVE; j++) {
          mine[j] += more[j];
        }
      }
    }
    count += other.count;
    max = Math.max(max, other.max);
  }

  private long[] octave(int number) {
    long[] octave = counts[number];
    if (octave.length == 0) {
      octave = new long[BUCKETS_PER_OCTAVE];
      counts[number] = octave;
    }
    return octave;
  }

  private long countOf(int bucket) {
    long[] octave = counts[bucket >>> BUCKETS_PER_OCTAVE_LOG];
    return octave.length == 0 ? 0 : octave[bucket % BUCKETS_PER_OCTAVE];
  }

  /** Returns how many operations there were. */
  public long count() {
    return count;
  }

  /** Returns the longest, in ns. */
  public long max() {
    return max;
  }

  /** Returns how many took at least {@code nanos}, to the precision of a bucket. */
  public long countFrom(long nanos) {
    long found = 0;
    for (int i = bucket(nanos); i < BUCKETS; i++) {
      found += countOf(i);
    }
    return found;
  }

  /**
   * Returns what a share of the operations took at most, in ns; 0 if there were none.
   *
   * @param share from 0 to 1; 0.5 gives the median
   */
  public double percentile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long passed = 0;
    for (int i = 0; i < BUCKETS; i++) {
      passed += countOf(i);
      if (passed >= rank) {
        return Math.min((double) max, middle(i));
      }
    }
    return 0;
  }

  /** Values below one octave of buckets have a bucket each; above, each octave is cut into as many. */
  private static int bucket(long value) {
    int shift = Math.max(0, Long.SIZE - 1 - BUCKETS_PER_OCTAVE_LOG - Long.numberOfLeadingZeros(value));
    return (shift << BUCKETS_PER_OCTAVE_LOG) + (int) (value >>> shift);
  }

  private static double middle(int bucket) {
    int shift = Math.max(0, (bucket >>> BUCKETS_PER_OCTAVE_LOG) - 1);
    long lowest = (long) (bucket - (shift << BUCKETS_PER_OCTAVE_LOG)) << shift;
    return lowest + ((1L << shift) - 1) / 2.0;
  }
}
