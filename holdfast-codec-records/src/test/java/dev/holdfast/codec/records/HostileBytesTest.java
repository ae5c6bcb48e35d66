package dev.holdfast.codec.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.codec.records.Samples.Event;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes that nobody vouches for: a {@link CodecException}, in bounded time and memory, and nothing else. */
class HostileBytesTest {
  private static final int INPUTS = Integer.getInteger("holdfast.codec.inputs", 100_000);
  /** Inputs before memory is measured: Jackson builds what it needs of a type when it first sees it. */
  private static final int WARM_UP = 2_000;
  private static final long SEED = Long.getLong("holdfast.codec.seed", 1);
  private static final Codec<Event> EVENTS = RecordCodec.of(Event.class);
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  /** What Jackson takes for one entry however small, and its exceptions with their stack traces. */
  private static final long FIXED_ALLOCATION = 200_000;
  private static final long ALLOCATION_PER_BYTE = 200;

  @ParameterizedTest
  @CsvSource({"'', end within an entry", "f6, a null", "9f63507574, end within", "7b7fffffffffffffff, a length of",
      "5bffffffffffffffff, a length of 18446744073709551615", "9b00000000ffffffff, a length of",
      "bb4000000000000000, a length of", "8163507574ff, left behind", "9f63507574bf6161ffff, within an entry",
      "9f63507574bf636b65796161636b65796162ffff, Duplicate", "9f644e6f7065bfffff, no record 'Nope'",
      "c1182a, a tag 1", "d81900, a tag 25", "d9010081 63507574, a tag 256", "ff, an end of nothing",
      "9f63507574f6ff, a null", "c25b7fffffffffffffff, a number of more than", "c48219ffff9f, not of two integers",
      "1c, no known form", "fc, a simple value", "7f4161ff, another kind", "7f7f6161ffff, another kind",
      "9f63507574bf636b6579 62c328 ffff, not UTF-8", "9f63507574bf636b6579 63eda080 ffff, not UTF-8",
      "9f63507574bf636b6579 62c080 ffff, not UTF-8", "9f63507574bf636b657901ffff, key", "a10102, ''", "00, ''",
      "80, ''",
      "9f63507574bf636b65796161ff00ff, ''", "bf63507574bf636b65796161ffff, ''"})
  @DisplayName("bytes that are no entry are refused, and the message says why")
  void refused(String hex, String expected) {
    var bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    var e = assertThrows(CodecException.class, () -> Codecs.fromBytes(EVENTS, bytes));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }

  @Test
  @DisplayName("nesting of any depth is refused without recursion")
  void deepNesting() {
    for (var opening : new String[]{"9f", "81", "c6", "bf6161", "c2", "c4", "5f", "9f63507574",
        "9f644d6f7665bf666576656e74739f"}) {
      var one = HexFormat.of().parseHex(opening);
      var bytes = new byte[one.length * 300_000];
      for (var at = 0; at < bytes.length; at += one.length) {
        System.arraycopy(one, 0, bytes, at, one.length);
      }
      assertThrows(CodecException.class, () -> Codecs.fromBytes(EVENTS, bytes), opening);
    }
  }

  @Test
  @DisplayName("a huge number for a small one is refused at once, without its digits being computed")
  void hugeNumbers() {
    record Small(int value) {}
    var codec = RecordCodec.of(Small.class);
    var bytes = new byte[4_000_000];
    Arrays.fill(bytes, (byte) 0x77);
    var head = HexFormat.of().parseHex("a16576616c7565c25a003d08ec"); // 13 bytes, then the number
    System.arraycopy(head, 0, bytes, 0, head.length);
    assertTimeoutPreemptively(Duration.ofSeconds(5),
        () -> assertThrows(CodecException.class, () -> Codecs.fromBytes(codec, bytes)));
  }

  @Test
  @DisplayName("mutated and random bytes: an entry that is written again, or a refusal, in memory that the bytes justify")
  void mutations() throws CodecException {
    var random = new SplittableRandom(SEED);
    var read = 0;
    for (var n = -WARM_UP; n < INPUTS; n++) {
      var bytes = input(random);
      var before = THREAD.getCurrentThreadAllocatedBytes();
      Event entry = null;
      try {
        entry = Codecs.fromBytes(EVENTS, bytes);
      } catch (CodecException e) {
        assertTrue(e.getMessage() != null && e.getMessage().length() < 2_000, e::toString);
      }
      var allocated = THREAD.getCurrentThreadAllocatedBytes() - before;
      assertTrue(n < 0 || allocated < FIXED_ALLOCATION + ALLOCATION_PER_BYTE * bytes.length,
          () -> allocated + " bytes for " + HexFormat.of().formatHex(bytes));
      if (entry != null) {
        read++;
        assertEquals(entry, Codecs.fromBytes(EVENTS, Codecs.toBytes(EVENTS, entry)),
            () -> HexFormat.of().formatHex(bytes));
      }
    }
    System.out.println("hostile bytes: " + INPUTS + " inputs (seed " + SEED + "), " + read + " of them entries");
    assertTrue(read > INPUTS / 100, "too few are entries: " + read);
  }

  private static byte[] input(SplittableRandom random) throws CodecException {
    if (random.nextInt(10) == 0) {
      var bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      return bytes;
    }
    var bytes = Codecs.toBytes(EVENTS, Samples.random(random, 2));
    for (var changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      var at = random.nextInt(Math.min(bytes.length, 2_000));
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(4));
        default -> System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), Math.min(8, bytes.length - at));
      }
    }
    return bytes;
  }
}
