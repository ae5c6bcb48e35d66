package dev.holdfast.codec.records;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.codec.records.Samples.Color;
import dev.holdfast.codec.records.Samples.Event;
import dev.holdfast.codec.records.Samples.Node;
import dev.holdfast.codec.records.Samples.Put;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is written is read back as it was, or it is not written. */
class RecordCodecTest {
  private static final Codec<Event> EVENTS = RecordCodec.of(Event.class);

  record Bag(Map<String, Integer> map, Set<String> set) {}

  record Text(String text) {}

  record Amount(BigInteger number) {}

  record Names(List<String> names, Map<Color, String> colors) {}

  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Bytes(byte[] bytes) {}

  record Broken(int value) {
    @Override
    public int value() {
      throw new IllegalStateException("broken");
    }
  }

  @Test
  @DisplayName("entries of every kind come back as they were, and give the same bytes again")
  void everythingComesBack() throws CodecException {
    for (var seed = 0; seed < 3_000; seed++) {
      var entry = Samples.random(new SplittableRandom(seed), 3);
      var bytes = Codecs.toBytes(EVENTS, entry);
      var back = Codecs.fromBytes(EVENTS, bytes);
      assertEquals(entry, back, "seed " + seed);
      assertArrayEquals(bytes, Codecs.toBytes(EVENTS, back), "seed " + seed);
    }
  }

  @Test
  @DisplayName("a record of a sealed interface is an array of its name and a map; what is empty is not written")
  void bytesAreAsDocumented() throws CodecException {
    var bytes = Codecs.toBytes(EVENTS, new Put("a", Optional.empty(), null));
    assertEquals("9f63507574bf636b65796161ffff", HexFormat.of().formatHex(bytes));
    assertEquals("bf64746578746162ff",
        HexFormat.of().formatHex(Codecs.toBytes(RecordCodec.of(Text.class), new Text("b"))));
  }

  @Test
  @DisplayName("equal maps and sets give equal bytes, whatever their own order")
  void orderDoesNotMatter() throws CodecException {
    var codec = RecordCodec.of(Bag.class);
    var keys = new ArrayList<>(List.of("q", "b", "zz", "a", "ä"));
    var expected = Codecs.toBytes(codec, bag(keys, new TreeMap<>()));
    Collections.reverse(keys);
    assertArrayEquals(expected, Codecs.toBytes(codec, bag(keys, new LinkedHashMap<>())));
    assertArrayEquals(expected, Codecs.toBytes(codec, bag(keys, new TreeMap<>(Comparator.reverseOrder()))));
    assertEquals(List.of("a", "b", "q", "zz", "ä"), List.copyOf(Codecs.fromBytes(codec, expected).set()));
  }

  private static Bag bag(List<String> keys, Map<String, Integer> map) {
    keys.forEach(key -> map.put(key, key.length()));
    return new Bag(map, new LinkedHashSet<>(keys));
  }

  @Test
  @DisplayName("a null where none may be is refused before anything is written")
  @SuppressWarnings("NullAway") // that is what it is about
  void nullsAreRefused() {
    var names = RecordCodec.of(Names.class);
    assertRefused(EVENTS, new Put(null, Optional.empty(), null), "null");
    assertRefused(names, new Names(Arrays.asList("a", null), Map.of()), "null");
    var map = new TreeMap<Color, String>();
    map.put(Color.RED, null);
    assertRefused(names, new Names(List.of(), map), "null");
    var withoutKey = new LinkedHashMap<Color, String>();
    withoutKey.put(null, "a");
    assertRefused(names, new Names(List.of(), withoutKey), "");
  }

  @Test
  @DisplayName("what could not be read is not written: half a character, nesting without end, numbers without end")
  void whatCannotBeReadIsNotWritten() throws CodecException {
    assertRefused(RecordCodec.of(Text.class), new Text("a\ud800"), "surrogate");
    assertRefused(RecordCodec.of(Text.class), new Text("\udc00a"), "surrogate");
    var number = RecordCodec.of(Amount.class);
    var largest = BigInteger.ONE.shiftLeft(8 * RecordCodec.MAX_NUMBER_BYTES).subtract(BigInteger.ONE);
    assertEquals(largest, Codecs.fromBytes(number, Codecs.toBytes(number, new Amount(largest))).number());
    assertRefused(number, new Amount(largest.shiftLeft(8)), "a number of more than");
    @Nullable
    Node chain = null;
    for (var n = 0; n < 100_000; n++) {
      chain = new Node(n, chain);
      if (n == 90) {
        assertEquals(chain, Codecs.fromBytes(EVENTS, Codecs.toBytes(EVENTS, chain)));
      }
    }
    assertRefused(EVENTS, new Node(1, chain), "");
  }

  @Test
  @DisplayName("an accessor that throws is an entry that cannot be written")
  void accessorThatThrows() {
    assertRefused(RecordCodec.of(Broken.class), new Broken(1), "broken");
  }

  private static <E> void assertRefused(Codec<E> codec, E entry, String expected) {
    var e = assertThrows(CodecException.class, () -> Codecs.toBytes(codec, entry));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }

  @Test
  @DisplayName("texts, keys and bytes of any length come back")
  void longThingsComeBack() throws CodecException {
    var text = "aä€😀".repeat(300_000);
    var texts = RecordCodec.of(Text.class);
    assertEquals(text, Codecs.fromBytes(texts, Codecs.toBytes(texts, new Text(text))).text());
    var bags = RecordCodec.of(Bag.class);
    var bag = new Bag(Map.of(text, 1), Set.of());
    assertEquals(bag, Codecs.fromBytes(bags, Codecs.toBytes(bags, bag)));
    var bytes = new byte[3_000_000];
    new SplittableRandom(1).nextBytes(bytes);
    var codec = RecordCodec.of(Bytes.class);
    assertArrayEquals(bytes, Codecs.fromBytes(codec, Codecs.toBytes(codec, new Bytes(bytes))).bytes());
  }

  @Test
  @DisplayName("keys that collide in a hash do not make an entry unreadable")
  void collidingKeys() throws CodecException {
    var map = new TreeMap<String, Integer>();
    for (var n = 0; n < 1 << 13; n++) {
      var key = new StringBuilder();
      for (var bit = 0; bit < 13; bit++) {
        key.append((n >> bit & 1) == 0 ? "Aa" : "BB");
      }
      map.put(key.toString(), n);
    }
    var codec = RecordCodec.of(Bag.class);
    assertEquals(map, Codecs.fromBytes(codec, Codecs.toBytes(codec, new Bag(map, Set.of()))).map());
  }

  @Test
  @DisplayName("the buffer is read to its end and not kept")
  void bufferIsNotKept() throws CodecException {
    var bytes = Codecs.toBytes(RecordCodec.of(Bytes.class), new Bytes("secret".getBytes(UTF_8)));
    var direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    var back = RecordCodec.of(Bytes.class).decode(direct.asReadOnlyBuffer());
    direct.clear().put(new byte[bytes.length]);
    assertArrayEquals("secret".getBytes(UTF_8), back.bytes());
    var again = ByteBuffer.wrap(bytes);
    RecordCodec.of(Bytes.class).decode(again);
    assertFalse(again.hasRemaining());
  }

  @Test
  @DisplayName("one codec serves many threads")
  void manyThreads() throws Exception {
    var failures = Collections.synchronizedList(new ArrayList<Throwable>());
    var threads = new ArrayList<Thread>();
    for (var t = 0; t < 4; t++) {
      var seed = t;
      threads.add(Thread.ofPlatform().name("codec-" + t).start(() -> {
        try {
          for (var n = 0; n < 300; n++) {
            var entry = Samples.random(new SplittableRandom(seed * 1000L + n), 2);
            assertEquals(entry, Codecs.fromBytes(EVENTS, Codecs.toBytes(EVENTS, entry)));
          }
        } catch (CodecException | AssertionError e) {
          failures.add(e);
        }
      }));
    }
    for (var thread : threads) {
      thread.join();
    }
    assertEquals(List.of(), failures);
  }
}
