package dev.holdfast.internal.recordlog;

import dev.holdfast.internal.format.SegmentHeader;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Makes the headers of the files of a record log.
 *
 * @param clock the time of their creation
 * @param random where salts and ids come from
 */
public record Headers(InstantSource clock, RandomGenerator random) {
  /** The system's clock, and randomness that nobody can foresee. */
  public static final Headers SYSTEM = new Headers(InstantSource.system(), () -> Salts.SOURCE.nextLong());

  /** Made when the first file is begun: it takes some 10 ms, which an opening can do without. */
  private static final class Salts {
    static final SecureRandom SOURCE = new SecureRandom();
  }

  /** Returns that of a new log. */
  SegmentHeader first() {
    return Replacement.firstHeader(random.nextLong(), random.nextLong(), clock.millis());
  }

  /** Returns that of a file with room for {@code bytes} that replaces the one with the header {@code before}. */
  SegmentHeader next(SegmentHeader before, long bytes) {
    return Replacement.nextHeader(before, random.nextLong(), clock.millis(), bytes);
  }
}
