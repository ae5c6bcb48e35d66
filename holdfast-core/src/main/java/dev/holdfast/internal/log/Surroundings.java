package dev.holdfast.internal.log;

import dev.holdfast.internal.stream.Background;
import dev.holdfast.internal.stream.BackgroundThreads;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a log gets from outside apart from its directory. With others than those of the {@link #SYSTEM} a log does the
 * same each time, which is what tests need that crash it and want to see that again.
 *
 * @param clock the time that records get
 * @param random where salts and stream ids come from; safe for use by many threads
 * @param newLogId makes the id of a log that is created
 * @param writesBeforeMap after how many writes without a sync a stream gets a ring, and after how many to its STATE
 *   that is mapped; 0 = never
 * @param background makes what works behind a log that is opened
 */
public record Surroundings(InstantSource clock, RandomGenerator random, Supplier<UUID> newLogId,
    int writesBeforeMap, Supplier<Background> background) {

  private static final int WRITES_BEFORE_MAP = 64;

  /** The system's clock, randomness that nobody can foresee, and threads. */
  public static final Surroundings SYSTEM = new Surroundings(new TickingClock(InstantSource.system()), Salts::next,
      UUID::randomUUID,
      WRITES_BEFORE_MAP,
      BackgroundThreads::new);

  /** Made when the first segment is begun: it takes some 10 ms, which an opening can do without. */
  private static final class Salts {
    private static final SecureRandom SOURCE = new SecureRandom();

    static long next() {
      return SOURCE.nextLong();
    }
  }
}
