package dev.holdfast.codec.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.sun.management.ThreadMXBean;
import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bytes that nobody vouches for: a {@link CodecException}, in bounded time and memory, and nothing else. */
class HostileBytesTest {
  private static final int INPUTS = Integer.getInteger("holdfast.codec.inputs", 100_000);
  private static final long SEED = Long.getLong("holdfast.codec.seed", 1);
  private static final int WARM_UP = 2_000;
  private static final Codec<Value> VALUES = ProtobufCodec.of(Value.getDefaultInstance());
  private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long FIXED_ALLOCATION = 50_000;
  private static final long ALLOCATION_PER_BYTE = 400;

  @Test
  @DisplayName("groups and messages nested without end are refused without recursion")
  void deepNesting() {
    for (var opening : new String[]{"0b", "2b", "1b0b"}) {
      var one = HexFormat.of().parseHex(opening);
      var bytes = new byte[one.length * 300_000];
      for (var at = 0; at < bytes.length; at += one.length) {
        System.arraycopy(one, 0, bytes, at, one.length);
      }
      assertThrows(CodecException.class, () -> Codecs.fromBytes(VALUES, bytes), opening);
    }
  }

  @Test
  @DisplayName("a field given over and over, to be merged each time, takes time in proportion")
  void merging() {
    var one = Value.newBuilder().setListValue(ListValue.newBuilder().addValues(Value.getDefaultInstance())).build()
        .toByteArray();
    var bytes = new byte[one.length * 400_000];
    for (var at = 0; at < bytes.length; at += one.length) {
      System.arraycopy(one, 0, bytes, at, one.length);
    }
    assertTimeoutPreemptively(Duration.ofSeconds(20),
        () -> assertEquals(400_000, Codecs.fromBytes(VALUES, bytes).getListValue().getValuesCount()));
  }

  @Test
  @DisplayName("mutated and random bytes: an entry that is written again, or a refusal, in memory that the bytes justify")
  void mutations() throws CodecException {
    var random = new SplittableRandom(SEED);
    var read = 0;
    for (var n = -WARM_UP; n < INPUTS; n++) {
      var bytes = input(random);
      var before = THREAD.getCurrentThreadAllocatedBytes();
      Value entry = null;
      try {
        entry = Codecs.fromBytes(VALUES, bytes);
      } catch (CodecException e) {
        assertTrue(e.getMessage() != null && e.getMessage().length() < 2_000, e::toString);
      }
      var allocated = THREAD.getCurrentThreadAllocatedBytes() - before;
      assertTrue(n < 0 || allocated < FIXED_ALLOCATION + ALLOCATION_PER_BYTE * bytes.length,
          () -> allocated + " bytes for " + HexFormat.of().formatHex(bytes));
      if (entry != null) {
        read++;
        assertEquals(entry, Codecs.fromBytes(VALUES, Codecs.toBytes(VALUES, entry)),
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
    var bytes = Codecs.toBytes(VALUES, value(random, 4));
    for (var changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      var at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        default -> System.arraycopy(bytes, at, bytes, random.nextInt(at + 1), Math.min(8, bytes.length - at));
      }
    }
    return bytes;
  }

  private static Value value(SplittableRandom random, int depth) {
    var value = Value.newBuilder();
    return switch (random.nextInt(depth == 0 ? 3 : 5)) {
      case 0 -> value.setStringValue("text" + random.nextInt()).build();
      case 1 -> value.setNumberValue(random.nextDouble()).build();
      case 2 -> value.setBoolValue(random.nextBoolean()).build();
      case 3 -> {
        var list = ListValue.newBuilder();
        for (var n = random.nextInt(4); n > 0; n--) {
          list.addValues(value(random, depth - 1));
        }
        yield value.setListValue(list).build();
      }
      default -> {
        var struct = Struct.newBuilder();
        for (var n = random.nextInt(4); n > 0; n--) {
          struct.putFields("k" + random.nextInt(100), value(random, depth - 1));
        }
        yield value.setStructValue(struct).build();
      }
    };
  }
}
