package dev.holdfast.checks.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.google.protobuf.Value;
import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.codec.protobuf.ProtobufCodec;
import dev.holdfast.codec.records.RecordCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Hands anything to the codecs: an entry that is written and read again as it is, or a refusal that says why. */
public final class CodecFuzzer {
  private static final Codec<Event> RECORDS = RecordCodec.of(Event.class);
  private static final Codec<Event> VERSIONED = Codecs.versioned(2, RECORDS, Map.of(1, RECORDS::decode));
  private static final Codec<Value> PROTOBUF = ProtobufCodec.of(Value.getDefaultInstance());
  private static final Codec<Value> STRICT = ProtobufCodec.of(Value.getDefaultInstance()).refusingUnknownFields();

  private CodecFuzzer() {}

  /** A constant. */
  public enum Kind {
    SMALL, LARGE
  }

  /** What is read from the bytes. */
  public sealed interface Event {}

  /** Texts and what may be missing. */
  public record Put(String key, Optional<String> value, @Nullable Integer ttl) implements Event {}

  /** Entries within an entry. */
  public record Group(List<Event> events, Map<String, Kind> kinds, Set<Long> numbers) implements Event {}

  /** Numbers, times. */
  public record Values(BigInteger integer, BigDecimal decimal, double fraction, UUID id, Instant time,
      List<List<Integer>> lists,
      char character) {}

  /** Values as an entry of their own. */
  public record Holder(Values values, @Nullable Holder next) implements Event {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    var choice = data.consumeInt(0, 4);
    var bytes = data.consumeRemainingAsBytes();
    switch (choice) {
      case 0, 1 -> check(RECORDS, bytes);
      case 2 -> check(VERSIONED, bytes);
      case 3 -> check(PROTOBUF, bytes);
      default -> check(STRICT, bytes);
    }
  }

  private static <E> void check(Codec<E> codec, byte[] bytes) {
    E entry;
    try {
      entry = Codecs.fromBytes(codec, bytes);
    } catch (CodecException e) {
      Use.require(e.getMessage() != null, "it says nothing");
      return;
    }
    try {
      var again = Codecs.toBytes(codec, entry);
      var other = Codecs.toBytes(codec, Codecs.fromBytes(codec, again));
      Use.require(Arrays.equals(again, other), "an entry that is written differently when read again");
    } catch (CodecException e) {
      throw new AssertionError("what was read cannot be written and read again: " + e.getMessage(), e);
    }
  }
}
