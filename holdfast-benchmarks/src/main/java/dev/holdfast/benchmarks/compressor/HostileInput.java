package dev.holdfast.benchmarks.compressor;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a library makes of compressed bytes that were changed: how often it refuses them by an exception of its own or
 * by another one, how often it takes them for other content, and how often it does what it must not.
 */
public final class HostileInput {
  private static final int ROOM = 64;
  private static final byte STALE = (byte) 0xEE; // in no text
  private static final byte GUARD = (byte) 0xDD;

  private final Library library;
  private final byte[] plain;
  private final byte[] target;
  private long ownExceptions;
  private long otherExceptions;
  private long taken;
  private long outside;
  private long stale;

  private HostileInput(Library library, byte[] plain) {
    this.library = library;
    this.plain = plain;
    this.target = new byte[plain.length + 2 * ROOM];
  }

  /**
   * The outcome.
   *
   * @param ownExceptions refused with the library's own exception
   * @param otherExceptions refused with another one, as of an index out of bounds
   * @param taken taken for something of the right length
   * @param outside bytes beside the target were written
   * @param stale bytes that the target held before came out as content
   */
  public record Outcome(long ownExceptions, long otherExceptions, long taken, long outside, long stale) {}

  /** Tries so many changed inputs, the same ones each time. */
  public static Outcome of(Library library, byte[] plain, int inputs) {
    var trial = new HostileInput(library, plain);
    var compressed = new byte[library.bound().of(plain.length)];
    var length = library.compress().apply(plain, compressed);
    var random = new SplittableRandom(plain.length);
    for (var i = 0; i < inputs; i++) {
      var changed = Arrays.copyOf(compressed, length);
      for (var changes = 1 + random.nextInt(4); changes > 0; changes--) {
        changed[random.nextInt(length)] = (byte) random.nextInt();
      }
      trial.attempt(changed, random.nextInt(8) == 0 ? random.nextInt(length) : length);
    }
    return new Outcome(trial.ownExceptions, trial.otherExceptions, trial.taken, trial.outside, trial.stale);
  }

  private void attempt(byte[] changed, int length) {
    Arrays.fill(target, GUARD);
    Arrays.fill(target, ROOM, ROOM + plain.length, STALE);
    try {
      var made = library.decompress().apply(changed, length, target, ROOM, plain.length);
      taken += made == plain.length ? 1 : 0;
      for (var i = ROOM; i < ROOM + made; i++) {
        if (target[i] == STALE && !contains(changed, STALE)) {
          stale++;
          break;
        }
      }
    } catch (Exception e) {
      if (e.getClass().getName().startsWith("java.")) {
        otherExceptions++;
      } else {
        ownExceptions++;
      }
    }
    for (var i = 0; i < ROOM; i++) {
      if (target[i] != GUARD || target[target.length - 1 - i] != GUARD) {
        outside++;
        return;
      }
    }
  }

  private static boolean contains(byte[] bytes, byte wanted) {
    for (var b : bytes) {
      if (b == wanted) {
        return true;
      }
    }
    return false;
  }
}
