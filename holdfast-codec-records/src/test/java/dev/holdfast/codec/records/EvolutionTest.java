package dev.holdfast.codec.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What becomes of entries that another version of the program wrote. */
class EvolutionTest {
  private static final Codec<Old.Event> OLD = RecordCodec.of(Old.Event.class);
  private static final Codec<New.Event> NEW = RecordCodec.of(New.Event.class);

  record Wide(long value, double share) {}

  record Narrow(int value, int share) {}

  record Positive(int value) {
    Positive {
      if (value <= 0) {
        throw new IllegalArgumentException("value must be positive, not " + value);
      }
    }
  }

  record Longer(long value, int share) {}

  record WithDefault(String key, int added) {}

  record Key(String key) {}

  record Swapped(String b, String a) {}

  record Straight(String a, String b) {}

  @Test
  @DisplayName("the new program reads what the old one wrote")
  void newReadsOld() throws CodecException {
    assertEquals(new New.Put("a", New.Level.SMALL, Optional.empty(), 1),
        Codecs.fromBytes(NEW, Codecs.toBytes(OLD, new Old.Put("a", 7, Old.Level.LOW))));
    assertEquals(new New.Put("a", New.Level.LARGE, Optional.empty(), 1),
        Codecs.fromBytes(NEW, Codecs.toBytes(OLD, new Old.Put("a", 7, Old.Level.HIGH))));
    assertEquals(new New.Delete("a"), Codecs.fromBytes(NEW, Codecs.toBytes(OLD, new Old.Remove("a"))));
  }

  @Test
  @DisplayName("what is written has today's names")
  void todaysNamesAreWritten() throws CodecException {
    for (var entry : List.of(new New.Put("a", New.Level.SMALL, Optional.of("me"), 3), new New.Delete("b"),
        new New.Clear(), new New.Put("a", New.Level.LARGE, Optional.empty(), 1))) {
      assertEquals(entry, Codecs.fromBytes(NEW, Codecs.toBytes(NEW, entry)));
    }
    var text = new String(Codecs.toBytes(NEW, new New.Put("a", New.Level.SMALL, Optional.empty(), 3)),
        java.nio.charset.StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("name") && text.contains("SMALL") && !text.contains("key"), text);
  }

  @Test
  @DisplayName("the old program refuses what it does not know, and says what that is")
  void oldRefusesNew() throws CodecException {
    refuses(OLD, Codecs.toBytes(NEW, new New.Clear()), "Event has no record 'Clear', but [Put, Remove]");
    refuses(OLD, Codecs.toBytes(NEW, new New.Put("a", New.Level.LARGE, Optional.empty(), 1)), "'key'");
    refuses(RecordCodec.of(Key.class), Codecs.toBytes(RecordCodec.of(WithDefault.class), new WithDefault("a", 1)),
        "Key has no component 'added', but [key]");
    record Level(String level, String key, int size) {}
    record Old1(Old.Level level, String key, int size) {}
    refuses(RecordCodec.of(Old1.class), Codecs.toBytes(RecordCodec.of(Level.class), new Level("HUGE", "a", 1)), "HUGE");
  }

  @Test
  @DisplayName("a component that is neither optional nor there is refused by name; no zero is made up")
  void missingIsRefused() throws CodecException {
    var bytes = Codecs.toBytes(RecordCodec.of(Key.class), new Key("a"));
    refuses(RecordCodec.of(WithDefault.class), bytes, "'added'");
    refuses(RecordCodec.of(Straight.class), bytes, "'a'");
  }

  @Test
  @DisplayName("integers may become wider; what does not fit, and a fraction for an integer, is refused")
  void widening() throws CodecException {
    var wide = RecordCodec.of(Wide.class);
    var narrow = RecordCodec.of(Narrow.class);
    assertEquals(new Wide(-5, 6.0), Codecs.fromBytes(wide, Codecs.toBytes(narrow, new Narrow(-5, 6))));
    refuses(narrow, Codecs.toBytes(RecordCodec.of(Longer.class), new Longer(1L << 40, 1)), "out of range");
    refuses(narrow, Codecs.toBytes(wide, new Wide(1, 1.5)), "share");
    refuses(narrow, Codecs.toBytes(wide, new Wide(1, 1.0)), "share");
  }

  @Test
  @DisplayName("another order of the components changes nothing")
  void orderOfComponents() throws CodecException {
    var bytes = Codecs.toBytes(RecordCodec.of(Straight.class), new Straight("1", "2"));
    assertEquals(new Swapped("2", "1"), Codecs.fromBytes(RecordCodec.of(Swapped.class), bytes));
    assertEquals(HexFormat.of().formatHex(bytes),
        HexFormat.of().formatHex(Codecs.toBytes(RecordCodec.of(Swapped.class), new Swapped("2", "1"))));
  }

  @Test
  @DisplayName("versions read what the annotations cannot say")
  void versions() throws CodecException {
    var key = RecordCodec.of(Key.class);
    var first = Codecs.versioned(1, key, Map.of());
    var second = Codecs.versioned(2, RecordCodec.of(WithDefault.class),
        Map.of(1, in -> new WithDefault(key.decode(in).key(), 42)));
    assertEquals(new WithDefault("a", 42), Codecs.fromBytes(second, Codecs.toBytes(first, new Key("a"))));
    assertEquals(new WithDefault("a", 1), Codecs.fromBytes(second, Codecs.toBytes(second, new WithDefault("a", 1))));
    refuses(first, Codecs.toBytes(second, new WithDefault("a", 1)), "version 2");
  }

  @Test
  @DisplayName("what a record's constructor refuses is no entry")
  void constructorRefuses() throws CodecException {
    record Any(int value) {}
    refuses(RecordCodec.of(Positive.class), Codecs.toBytes(RecordCodec.of(Any.class), new Any(-3)),
        "value must be positive, not -3");
  }

  private static void refuses(Codec<?> codec, byte[] bytes, String expected) {
    var e = assertThrows(CodecException.class, () -> Codecs.fromBytes(codec, bytes));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }
}
