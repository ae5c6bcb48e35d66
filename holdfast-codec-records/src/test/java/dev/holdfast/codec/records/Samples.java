package dev.holdfast.codec.records;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A hierarchy with a component of every kind, and entries of it. */
final class Samples {
  private static final int MOST = 4;

  private Samples() {}

  enum Color {
    RED, GREEN, BLUE {
      @Override
      public String toString() {
        return "another text";
      }
    }
  }

  sealed interface Event {}

  sealed interface Admin extends Event {}

  record Put(String key, Optional<String> value, @Nullable Duration ttl) implements Event {
    /** Not a component, although it looks like one. */
    public boolean isEmpty() {
      return value.isEmpty();
    }

    /** Not a component either. */
    public String getName() {
      return key;
    }

    /** No entry is made from a text alone. */
    static Put valueOf(String key) {
      return new Put(key, Optional.empty(), null);
    }
  }

  record Compact() implements Admin {}

  record Move(Pair<Long, Color> pair, List<Event> events) implements Admin {}

  record Pair<A, B>(A first, B second) {}

  record Node(int value, @Nullable Node next) implements Event {}

  record Everything(boolean a, byte b, short c, int d, long e, float f, double g, char h, BigInteger i, BigDecimal j,
      UUID k, Instant l, Duration m, LocalDate n, LocalTime o, LocalDateTime p, OffsetDateTime q, Color r,
      Set<Color> s, Set<String> t, Map<Color, Set<Long>> u, Map<String, List<Integer>> v,
      Map<Long, Pair<String, Double>> w,
      List<List<String>> x, Map<UUID, Instant> y, @Nullable Integer z) implements Event {}

  static Event random(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 5)) {
      case 0 -> new Put(text(random), random.nextBoolean() ? Optional.of(text(random)) : Optional.empty(),
          random.nextBoolean() ? Duration.ofSeconds(random.nextLong() >> 12, random.nextInt(1_000_000_000)) : null);
      case 1 -> new Compact();
      case 2 -> new Node(random.nextInt(), random.nextBoolean() ? new Node(random.nextInt(), null) : null);
      case 3 -> everything(random);
      default -> new Move(new Pair<>(random.nextLong(), color(random)), events(random, depth - 1));
    };
  }

  private static List<Event> events(RandomGenerator random, int depth) {
    var events = new ArrayList<Event>();
    for (var n = random.nextInt(MOST); n > 0; n--) {
      events.add(random(random, depth));
    }
    return events;
  }

  private static Everything everything(RandomGenerator random) {
    var time = Instant.ofEpochSecond(random.nextLong() >> 30, random.nextInt(1_000_000_000));
    var local = LocalDateTime.ofEpochSecond(random.nextLong() >> 30, random.nextInt(1_000_000_000), ZoneOffset.UTC);
    var numbers = new HashMap<Color, Set<Long>>();
    var lists = new HashMap<String, List<Integer>>();
    var pairs = new HashMap<Long, Pair<String, Double>>();
    var texts = new HashSet<String>();
    for (var n = random.nextInt(MOST); n > 0; n--) {
      numbers.put(color(random), new HashSet<>(List.of(random.nextLong())));
      lists.put(text(random), List.of(random.nextInt(), n));
      pairs.put(random.nextLong(), new Pair<>(text(random), random.nextGaussian()));
      texts.add(text(random));
    }
    return new Everything(random.nextBoolean(), (byte) random.nextInt(), (short) random.nextInt(), random.nextInt(),
        random.nextLong(), random.nextFloat(), Double.longBitsToDouble(random.nextLong() >>> 2),
        (char) random.nextInt(0xD800), big(random), new BigDecimal(big(random), random.nextInt() >> 8),
        new UUID(random.nextLong(), random.nextLong()), time, Duration.ofNanos(random.nextLong()), local.toLocalDate(),
        local.toLocalTime(), local, local.atOffset(ZoneOffset.ofHoursMinutes(5, random.nextInt(60))), color(random),
        Set.of(color(random)), texts, numbers, lists, pairs, List.of(List.of(), List.of(text(random))),
        Map.of(new UUID(1, random.nextLong()), time), random.nextBoolean() ? random.nextInt() : null);
  }

  private static BigInteger big(RandomGenerator random) {
    var bytes = new byte[1 + random.nextInt(40)];
    random.nextBytes(bytes);
    return new BigInteger(bytes);
  }

  private static Color color(RandomGenerator random) {
    return Color.values()[random.nextInt(Color.values().length)];
  }

  private static String text(RandomGenerator random) {
    var text = new StringBuilder();
    var length = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(12);
    for (var n = length; n > 0; n--) {
      text.appendCodePoint(switch (random.nextInt(8)) {
        case 0 -> 0x1F600 + random.nextInt(40);
        case 1 -> random.nextInt(0x3000);
        default -> 'a' + random.nextInt(26);
      });
    }
    return text.toString();
  }
}
