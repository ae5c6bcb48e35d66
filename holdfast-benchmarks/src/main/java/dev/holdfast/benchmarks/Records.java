package dev.holdfast.benchmarks;

import java.util.Random;

/** The records that are appended. */
public final class Records {
  private Records() {}

  /** Returns a record of this size that does not compress. */
  public static byte[] ofSize(int bytes) {
    byte[] record = new byte[bytes];
    new Random(bytes).nextBytes(record);
    return record;
  }
}
