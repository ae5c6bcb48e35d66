package dev.holdfast.checks.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.internal.format.SnapshotMarkerRecord;
import dev.holdfast.internal.format.StateSlot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Hands anything to the decoders of the format: they return what they found or that it is nothing, and what they found
 * is encoded as it was.
 */
public final class StructureFuzzer {
  private static final List<String> MAGICS = List.of("HOLDFAST", "HOLDSTAT", "HOLDFMT1", "HOLDSNAP");
  private static final int SIZE = SegmentHeader.SIZE;

  private StructureFuzzer() {}

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    switch (data.consumeInt(0, 4)) {
      case 0 -> structure(data);
      case 1 -> frame(data);
      case 2 -> seal(data);
      case 3 -> batch(data);
      default -> names(data);
    }
  }

  private static void structure(FuzzedDataProvider data) {
    var bytes = Arrays.copyOf(data.pickValue(MAGICS).getBytes(java.nio.charset.StandardCharsets.US_ASCII), SIZE);
    var content = data.consumeRemainingAsBytes();
    System.arraycopy(content, 0, bytes, 8, Math.min(content.length, SIZE - 12));
    var crc = new CRC32C();
    crc.update(bytes, 0, SIZE - 4);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(SIZE - 4, (int) crc.getValue());
    try {
      var header = SegmentHeader.decode(ByteBuffer.wrap(bytes), "it");
      same(bytes, header == null ? null : header.encode());
      var format = LogFormat.decode(bytes);
      same(bytes, format == null ? null : format.encode());
      var snapshot = SnapshotHeader.decode(ByteBuffer.wrap(bytes), "it");
      Use.require(snapshot == null || snapshot.equals(SnapshotHeader.decode(snapshot.encode(), "it")),
          "another snapshot");
      var marker = SnapshotMarkerRecord.decode(content);
      Use.require(marker == null || marker.equals(SnapshotMarkerRecord.decode(
          marker.encode())), "another marker");
      StateSlot.read(Arrays.copyOf(bytes, StateSlot.FILE_SIZE));
      StateSlot.read(bytes);
    } catch (UnsupportedFormatException e) {
      Use.require(e.getMessage() != null, "it says nothing");
    }
  }

  /** What a reader does not know of a structure it does not keep: only the fields it has are compared. */
  private static void same(byte[] bytes, @Nullable ByteBuffer encoded) {
    if (encoded == null) {
      return;
    }
    var again = new byte[SIZE];
    encoded.get(again);
    var header = SegmentHeader.decode(ByteBuffer.wrap(again), "it");
    var format = LogFormat.decode(again);
    Use.require(header == null || header.equals(SegmentHeader.decode(ByteBuffer.wrap(bytes), "it")), "another header");
    Use.require(format == null || format.equals(LogFormat.decode(bytes)), "another format");
    Use.require(header != null || format != null, "what was encoded is not decoded");
  }

  private static void frame(FuzzedDataProvider data) {
    var left = data.consumeLong(0, 1L << 40);
    var maxFrame = data.consumeInt();
    var bytes = Arrays.copyOf(data.consumeRemainingAsBytes(), Frame.HEADER);
    var frame = new Frame();
    frame.read(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), 0);
    if (frame.isPlausible(left, maxFrame)) {
      Use.require(frame.size() <= left && frame.payloadLength() >= 0, "larger than what is left");
      Use.require(frame.firstId() >= 0 && frame.provedDurable() >= 0, "proves a negative id");
      Use.require(frame.provedDurable() <= frame.firstId(), "proves what comes after it");
      Use.require(frame.endId() >= frame.firstId() || frame.isData(), "ends before it begins");
    }
    Use.require(frame.unsupported() != null, "no text");
  }

  private static void seal(FuzzedDataProvider data) {
    var bytes = data.consumeRemainingAsBytes();
    if (bytes.length < Seal.FIXED + Seal.TRAILER) {
      return;
    }
    var seal = Seal.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), 0, bytes.length);
    if (seal != null) {
      Use.require(seal.index().size() * 12L <= bytes.length, "more entries than bytes");
    }
    Seal.offsetFrom(ByteBuffer.wrap(bytes, 0, Seal.TRAILER).slice());
  }

  private static void batch(FuzzedDataProvider data) {
    var count = data.consumeInt(1, 1000);
    var bytes = data.consumeRemainingAsBytes();
    var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length / Integer.BYTES >= count && BatchPayload.isValid(buffer, 0, bytes.length, count)) {
      for (var i = 0; i < count; i++) {
        var offset = BatchPayload.offset(buffer, 0, count, i);
        var length = BatchPayload.length(buffer, 0, i);
        Use.require(offset >= 0 && length >= 0 && offset + (long) length <= bytes.length,
            "record outside of its batch");
      }
    }
  }

  private static void names(FuzzedDataProvider data) {
    var text = data.consumeRemainingAsString();
    Names.decode(text).ifPresent(name -> Use.require(Names.encode(name).equals(text), "two names for one directory"));
    var id = Names.firstId(text);
    Use.require(id < 0 || Names.segment(id).equals(text), "two names for one segment");
    try {
      var encoded = Names.encode(text);
      Use.require(Names.decode(encoded).equals(java.util.Optional.of(text)), "a name is lost");
    } catch (IllegalArgumentException e) {
      Use.require(e.getMessage() != null, "it says nothing");
    }
  }
}
