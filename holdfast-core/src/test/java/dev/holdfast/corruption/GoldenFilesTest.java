package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.compression.TinyLz4;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.Names;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The files in {@code src/test/resources/golden/v1} are what version 1 writes, for ever. They are compared byte by byte
 * and written only with {@code -Dholdfast.golden.write=true}, which nobody does for a version that has been released.
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.golden.write");

  /** The records, the ids being their indexes. */
  private static final List<String> RECORDS = List.of("created", "", "batch one", "", "batch three", "in the second",
      "", "end");

  private static final byte[] LONG = "compressed, ".repeat(100).getBytes(StandardCharsets.UTF_8);

  private static byte[] record(int id) {
    return RECORDS.get(id).getBytes(StandardCharsets.UTF_8);
  }

  private static SegmentBuilder firstSegment() {
    return LogBuilder.first().record(record(0), 0, 5).record(record(1), 0, 5)
        .batch(List.of(record(2), record(3), record(4)), 1, 1_000);
  }

  private static SegmentBuilder secondSegment(SegmentBuilder first) {
    return LogBuilder.after(first, 0).record(record(5), 0, 20).batch(List.of(record(6), record(7)), 0, 30);
  }

  /** Killed: the first segment is sealed, the second is being written. */
  private static LogImage killed() {
    var first = firstSegment();
    return new LogBuilder().state(1, 8, 0).segment(0, first.sealed()).segment(5, secondSegment(first).unsealed())
        .image();
  }

  /** Closed: both segments are sealed. */
  private static LogImage closed() {
    var first = firstSegment();
    return new LogBuilder().state(1, 8, 0).segment(0, first.sealed()).segment(5, secondSegment(first).sealed())
        .image();
  }

  /** As closed, but with compressed frames among the others; compressed by hand, as compressors may change. */
  private static LogImage compressed() {
    var batch = ByteBuffer.allocate(12 + 33).order(ByteOrder.LITTLE_ENDIAN);
    batch.putInt(30).putInt(0).putInt(3).put(LONG, 0, 30).put("end".getBytes(StandardCharsets.UTF_8));
    var segment = LogBuilder.first().record(record(0), 0, 5).compressed(LONG, 0, 10)
        .data(Frame.BATCH, SegmentBuilder.lz4(batch.array()), 3, 0, 15, 1).record(record(1), 0, 20);
    return new LogBuilder().state(1, 6, 0).segment(0, segment.sealed()).image();
  }

  private static LogImage golden(String name, LogImage built) throws IOException {
    var directory = GOLDEN.resolve(name);
    if (WRITE) {
      for (var file : built.files().entrySet()) {
        var path = directory.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
    }
    return LogImage.of(directory);
  }

  @Test
  @DisplayName("what is encoded today is byte for byte what the golden files hold")
  void bytesHaveNotChanged() throws IOException {
    assertEquals("", golden("killed", killed()).differenceTo(killed(), Set.of()));
    assertEquals("", golden("closed", closed()).differenceTo(closed(), Set.of()));
    assertEquals("", golden("compressed", compressed()).differenceTo(compressed(), Set.of()));
  }

  @Test
  @DisplayName("the golden files are read, by the engine and by the reader written from FORMAT.md")
  void areRead() throws IOException {
    isRead(golden("killed", killed()), Outcome.UNCLEAN);
    isRead(golden("closed", closed()), Outcome.CLEAN);
  }

  @Test
  @DisplayName("compressed frames in the golden files are read, by both")
  void compressedIsRead() throws IOException {
    var image = golden("compressed", compressed());
    var records = List.of(record(0), LONG, Arrays.copyOf(LONG, 30), new byte[0], "end".getBytes(StandardCharsets.UTF_8),
        record(1));
    var items = TinyReader.read(image, LogBuilder.STREAM);
    assertEquals(records.size(), items.size());
    var options = Opened.ERROR.toBuilder().compressor(new TinyLz4()).build();
    try (var wal = Wal.openReadOnly(image.toDirectory(), options); var cursor = wal.stream(LogBuilder.STREAM).read(0)) {
      for (var id = 0; id < records.size(); id++) {
        assertTrue(cursor.next());
        assertArrayEquals(records.get(id), cursor.copyPayload());
        assertArrayEquals(records.get(id), items.get(id).payload());
        assertArrayEquals(records.get(id), wal.stream(LogBuilder.STREAM).get(id).orElseThrow());
      }
    }
  }

  private static void isRead(LogImage image, Outcome outcome) {
    var items = TinyReader.read(image, LogBuilder.STREAM);
    assertEquals(RECORDS.size(), items.size());
    try (var wal = Wal.openReadOnly(image.toDirectory(), Opened.ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertEquals(outcome, stream.recovery().outcome());
      assertEquals(RECORDS.size(), stream.nextId());
      try (var cursor = stream.read(0)) {
        for (var id = 0; id < RECORDS.size(); id++) {
          assertTrue(cursor.next());
          assertArrayEquals(record(id), cursor.copyPayload());
          assertArrayEquals(record(id), items.get(id).payload());
          assertArrayEquals(record(id), stream.get(id).orElseThrow());
          assertEquals(id, items.get(id).id());
          assertEquals(Instant.ofEpochMilli(items.get(id).time()), cursor.time());
        }
      }
      assertEquals(2, stream.segments().size());
    }
  }

  @Test
  @DisplayName("a log of version 1 can be written on")
  void canBeWrittenOn() throws IOException {
    QuietLogs.please();
    for (var name : List.of("killed", "closed")) {
      var directory = golden(name, name.equals("killed") ? killed() : closed()).toDirectory();
      try (var wal = Wal.open(directory, Opened.ERROR)) {
        assertEquals(8, wal.stream(LogBuilder.STREAM).append(new byte[3]));
      }
      assertEquals(9, TinyReader.read(LogImage.of(directory), LogBuilder.STREAM).size());
    }
  }

  @Test
  @DisplayName("the example in FORMAT.md is the first data frame of the golden log")
  void example() throws IOException {
    var segment = golden("closed", closed()).get(LogBuilder.PREFIX + Names.segment(0));
    var page = Files.readString(Path.of("..", "docs", "FORMAT.md"));
    var lines = new ArrayList<String>();
    for (var at = 192; at < 192 + 40; at += 8) {
      lines.add(HexFormat.ofDelimiter(" ").formatHex(segment, at, at + 8));
    }
    for (var line : lines) {
      assertTrue(page.contains(line), "docs/FORMAT.md does not contain '" + line + "' of\n" + String.join("\n", lines));
    }
  }
}
