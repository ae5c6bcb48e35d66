package dev.holdfast.benchmarks.compressor;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Records that compress as those of programs do: JSON with ids, amounts, words and times. */
public final class Json {
  private static final List<String> WORDS = List.of("created", "paid", "shipped", "returned", "cancelled", "warehouse",
      "customer", "invoice", "express", "standard");

  private Json() {}

  /** Returns a record of just this size, the same for the same seed. */
  public static byte[] ofSize(int size, long seed) {
    var random = new SplittableRandom(seed);
    var text = new StringBuilder(size + 200);
    while (text.length() < size) {
      text.append("{\"id\":").append(random.nextLong(1L << 40)).append(",\"state\":\"").append(word(random))
          .append("\",\"by\":\"").append(word(random)).append(random.nextInt(10_000)).append("\",\"cents\":")
          .append(random.nextInt(1_000_000)).append(",\"at\":\"2026-").append(10 + random.nextInt(3)).append('-')
          .append(10 + random.nextInt(19)).append("T10:").append(10 + random.nextInt(50)).append(":00Z\",\"note\":\"")
          .append(word(random)).append(' ').append(word(random)).append("\"}\n");
    }
    return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), size);
  }

  private static String word(SplittableRandom random) {
    return WORDS.get(random.nextInt(WORDS.size()));
  }
}
