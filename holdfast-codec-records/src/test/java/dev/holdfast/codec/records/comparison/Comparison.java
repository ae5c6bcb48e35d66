package dev.holdfast.codec.records.comparison;

import com.sun.management.ThreadMXBean;
import dev.holdfast.CodecException;
import dev.holdfast.codec.records.comparison.Entries.Added;
import dev.holdfast.codec.records.comparison.Entries.Event;
import dev.holdfast.codec.records.comparison.Entries.First;
import dev.holdfast.codec.records.comparison.Entries.Line;
import dev.holdfast.codec.records.comparison.Entries.Removed;
import dev.holdfast.codec.records.comparison.Entries.Renamed;
import dev.holdfast.codec.records.comparison.Entries.Retyped;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Compares the serializers, one round of each after the other, and prints medians, of the thread's CPU time: the
 * machine may be busy. Arguments: {@code speed} (with the number of rounds, 15 unless told), {@code evolution},
 * {@code safety} (with the number of inputs, 100,000 unless told).
 */
public final class Comparison {
  private static final long ROUND_NANOS = 200_000_000;
  private static final int WARM_UP = 10;
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static volatile int unusedResult;

  private Comparison() {}

  /** Runs one of the comparisons. */
  public static void main(String[] arguments) throws CodecException {
    var number = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
    switch (arguments.length == 0 ? "" : arguments[0]) {
      case "speed" -> {
        speed("a small entry", Entries.put(), number > 0 ? number : 15);
        speed("an entry with a list of ten", Entries.placed(), number > 0 ? number : 15);
      }
      case "evolution" -> evolution();
      case "safety" -> safety(number > 0 ? number : 100_000);
      default -> System.out.println("one of: speed [rounds], evolution, safety [inputs]");
    }
  }

  private static void speed(String name, Event entry, int rounds) throws CodecException {
    System.out.println(name + ", medians of " + rounds + " rounds:");
    var kinds = Contender.all();
    var encode = new double[kinds.size()][rounds];
    var decode = new double[kinds.size()][rounds];
    var contenders = kinds.stream().map(kind -> kind.maker().forType(entry.getClass(), Line.class)).toList();
    for (var round = -WARM_UP; round < rounds; round++) {
      for (var i = 0; i < contenders.size(); i++) {
        var contender = contenders.get(i);
        var bytes = contender.encode(entry);
        var encoding = nanos(() -> contender.encode(entry).length);
        var decoding = nanos(() -> contender.decode(bytes).hashCode());
        if (round >= 0) {
          encode[i][round] = encoding;
          decode[i][round] = decoding;
        }
      }
    }
    for (var i = 0; i < contenders.size(); i++) {
      System.out.printf(Locale.ROOT, "  %-20s %5d bytes, encode %6.0f ns, decode %6.0f ns%n", kinds.get(i).name(),
          contenders.get(i).encode(entry).length, median(encode[i]), median(decode[i]));
    }
  }

  /** Something that is measured; the result is used, so that it is not optimized away. */
  private interface Step {
    int run() throws CodecException;
  }

  private static double nanos(Step step) throws CodecException {
    var begin = System.nanoTime();
    var used = THREAD.getCurrentThreadCpuTime();
    var runs = 0L;
    var sum = 0;
    while (System.nanoTime() - begin < ROUND_NANOS) {
      for (var n = 0; n < 100; n++) {
        sum += step.run();
      }
      runs += 100;
    }
    unusedResult = sum;
    return (double) (THREAD.getCurrentThreadCpuTime() - used) / runs;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static void evolution() throws CodecException {
    for (var kind : Contender.all()) {
      System.out.println(kind.name() + ": an entry First[key=a, size=7], read as");
      var bytes = kind.maker().forType(First.class).encode(new First("a", 7));
      for (var type : List.of(Added.class, Removed.class, Renamed.class, Retyped.class)) {
        String result;
        try {
          result = String.valueOf(kind.maker().forType(type).decode(bytes));
        } catch (CodecException | RuntimeException | LinkageError e) {
          result = String.valueOf(e);
        }
        System.out.println("  " + Arrays.toString(type.getRecordComponents()) + "\n      -> "
            + result.substring(0, Math.min(220, result.length())).replace('\n', ' '));
      }
    }
  }

  private static void safety(int inputs) throws CodecException {
    var entry = Entries.placed();
    for (var kind : Contender.all()) {
      var contender = kind.maker().forType(entry.getClass(), Line.class);
      var outcomes = new TreeMap<String, Integer>();
      var random = new SplittableRandom(1);
      var mostBytes = 0L;
      var mostNanos = 0L;
      var valid = contender.encode(entry);
      for (var n = 0; n < inputs; n++) {
        var bytes = mutated(valid, random);
        var before = THREAD.getCurrentThreadAllocatedBytes();
        var begin = System.nanoTime();
        String outcome;
        try {
          outcome = contender.decode(bytes).equals(entry) ? "the same entry" : "another entry";
        } catch (CodecException | RuntimeException | Error e) {
          outcome = e.getClass().getName();
        }
        outcomes.merge(outcome, 1, Integer::sum);
        if (n > inputs / 10) { // all is loaded
          mostNanos = Math.max(mostNanos, System.nanoTime() - begin);
          mostBytes = Math.max(mostBytes, THREAD.getCurrentThreadAllocatedBytes() - before);
        }
      }
      System.out.printf(Locale.ROOT, "%s: %d inputs of %d bytes, at most %d KiB and %d ms for one%n", kind.name(),
          inputs,
          valid.length, mostBytes >> 10, mostNanos / 1_000_000);
      outcomes.forEach((outcome, count) -> System.out.println("  " + outcome + " " + count));
    }
    unregistered();
  }

  /** Whether bytes can name a class: one that Fory is told of here only while it writes. */
  private static void unregistered() throws CodecException {
    for (var kind : Contender.all()) {
      var bytes = kind.maker().forType(Line.class).encode(new Line("a", 1, 2));
      String outcome;
      try {
        outcome = String.valueOf(kind.maker().forType(First.class, Removed.class).decode(bytes));
      } catch (CodecException | RuntimeException | Error e) {
        outcome = String.valueOf(e);
      }
      System.out.println(kind.name() + ": a Line read as First -> "
          + outcome.substring(0, Math.min(200, outcome.length())).replace('\n', ' '));
    }
  }

  private static byte[] mutated(byte[] valid, SplittableRandom random) {
    if (random.nextInt(10) == 0) {
      var bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      return bytes;
    }
    var bytes = valid.clone();
    for (var changes = 1 + random.nextInt(3); changes > 0; changes--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }
}
