package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AppendAndCatTest {

  @TempDir
  private Path temporary;

  private Path log() {
    return temporary.resolve("log");
  }

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void everyLineOfAnyInputBecomesARecord(Inputs.Input input) throws IOException {
    var file = Files.write(temporary.resolve("input"), input.bytes());
    var result = Cli.holdfast("append", log(), "s", file, "--json").exits(ExitCode.OK).json();
    assertEquals((long) input.lines().size(), result.get("records"));
    assertEquals(input.lines(), records("s"));
  }

  @ParameterizedTest
  @MethodSource("dev.holdfast.cli.Inputs#hostile")
  void whatLengthPrefixWritesLengthPrefixReads(Inputs.Input input) throws IOException {
    if (input.lines().isEmpty()) {
      return;
    }
    for (var order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
      var little = order == ByteOrder.LITTLE_ENDIAN;
      var stream = little ? "little" : "big";
      var framed = framed(input.lines(), order);
      Cli.given(framed).run("append", log(), stream, "-", little ? "--length-prefix" : "--length-prefix=be")
          .exits(ExitCode.OK);
      assertEquals(input.lines(), records(stream));
      var format = little ? "length-prefix" : "length-prefix-be";
      assertArrayEquals(framed, Cli.holdfast("cat", log(), stream, "--format", format).exits(ExitCode.OK).outBytes());
    }
  }

  @Test
  void tellsHowManyAndWhichIds() {
    Cli.given("a\nb\n").run("append", log(), "s").exits(ExitCode.OK).says("appended 2 records, 2 B: ids 0 to 1 of 's'");
    Cli.given("c").run("append", log(), "s").exits(ExitCode.OK).says("appended 1 record, 1 B: id 2 of 's'");
    Cli.given("").run("append", log(), "s").exits(ExitCode.OK).says("appended 0 records");
    var json = Cli.given("d\ne\n").run("append", log(), "s", "--json").exits(ExitCode.OK).json();
    assertEquals(List.of("s", 2L, 2L, 3L, 5L), List.of(field(json, "stream"), field(json, "records"),
        field(json, "bytes"), field(json, "firstId"), field(json, "nextId")));
  }

  @Test
  void nothingAppendedMakesNoStream() {
    Cli.given("").run("append", log(), "s").exits(ExitCode.OK);
    Cli.holdfast("cat", log(), "s").exits(ExitCode.NOT_FOUND).complains("s");
  }

  @Test
  void printsTheIdOfEachRecordWhenAsked() {
    assertEquals(List.of("0", "1", "2"), Cli.given("a\nb\nc").run("append", log(), "s", "--ids").lines());
    assertEquals(List.of("3", "4", "5"),
        Cli.given("a\nb\nc").run("append", log(), "s", "--ids", "--batch", 2).lines());
  }

  @Test
  void acknowledgesWhatIsThereBeforeItWaitsForMore() {
    var result = Cli.given(new TypedLater()).run("append", log(), "s", "--ids").exits(ExitCode.OK);
    assertEquals(List.of("0", "1"), result.lines());
  }

  /** The second line comes only after the first one is in the log. */
  private final class TypedLater extends InputStream {
    private final InputStream first = new ByteArrayInputStream("first\n".getBytes(ISO_8859_1));
    private final InputStream second = new ByteArrayInputStream("second\n".getBytes(ISO_8859_1));

    @Override
    public int read() throws IOException {
      throw new IOException("read as a whole");
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (first.available() > 0) {
        return first.read(target, offset, length);
      }
      if (second.available() > 0) {
        assertEquals(List.of("first"), Cli.holdfast("cat", log(), "s").exits(ExitCode.OK).lines());
      }
      return second.read(target, offset, length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"strict", "batch-only", "async", "every:3", "every:10ms"})
  void keepsEverythingUnderEveryPolicy(String policy) {
    Cli.given(Logfiles.lines(100)).run("append", log(), "s", "--sync-policy", policy).exits(ExitCode.OK);
    assertEquals(Logfiles.lines(100), Cli.holdfast("cat", log(), "s").out());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 99, 100, 101, 1_000_000})
  void batchesOfAnySizeHoldTheSameRecords(int batch) {
    Cli.given(Logfiles.lines(100)).run("append", log(), "s", "--batch", batch).exits(ExitCode.OK)
        .says("appended 100 records");
    assertEquals(Logfiles.lines(100), Cli.holdfast("cat", log(), "s").out());
  }

  @Test
  void whatCameBeforeALineThatIsTooLongIsKeptAndTold() {
    Cli.given("one\ntwo\n0123456789\nfour\n").run("append", log(), "s", "--max-record-size", 9).exits(ExitCode.INPUT)
        .complains("line 3 is longer than the limit of 9 bytes for a record")
        .complains("appended 2 records before it: ids 0 to 1");
    assertEquals("one\ntwo\n", Cli.holdfast("cat", log(), "s").out());
  }

  @Test
  void whatCameBeforeBrokenFramingIsKeptAndTold() {
    Cli.given("\1\0\0\0a\5\0\0\0bc").run("append", log(), "s", "--length-prefix", "--batch", 10)
        .exits(ExitCode.INPUT).complains("record 2 of the input, at byte 5").complains("1 record before it: id 0");
    assertEquals("a\n", Cli.holdfast("cat", log(), "s").out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"lz4", "ZSTD"})
  void compressesWhenAskedAndReadsWithoutBeingAsked(String format) throws IOException {
    var line = "the same words again and again, ".repeat(200);
    Cli.given((line + "\n").repeat(20)).run("append", log(), "s", "--compression", format, "--batch", 5)
        .exits(ExitCode.OK);
    assertEquals(Collections.nCopies(20, line), records("s"));
    Cli.holdfast("verify", log()).exits(ExitCode.OK);
    try (var wal = Wal.openReadOnly(log(), WalOptions.defaults())) {
      assertTrue(wal.stream("s").segments().getFirst().dataBytes() < 20 * line.length() / 10, "not compressed");
    }
  }

  @Test
  void cutsCarriageReturnsWhenAsked() throws IOException {
    Cli.given("a\r\nb\r\n").run("append", log(), "s", "--crlf").exits(ExitCode.OK);
    assertEquals(List.of("a", "b"), records("s"));
  }

  @Test
  void aStreamMayHaveAnyName() {
    var name = "Grün/../日本 \u001b[31m";
    Cli.given("x\n").run("append", log(), name).exits(ExitCode.OK);
    Cli.holdfast("cat", log(), name).exits(ExitCode.OK).says("x");
    var names = Cli.holdfast("streams", log(), "--names").exits(ExitCode.OK).out();
    assertEquals("Grün/../日本 \\x1B[31m\n", names);
    Cli.given("x\n").run("append", log(), "..").exits(ExitCode.USAGE);
  }

  @Test
  void isRefusedWhileSomebodyWrites() {
    try (var wal = Wal.open(log())) {
      wal.stream("s").append(new byte[]{'x'});
      Cli.given("y\n").run("append", log(), "s").exits(ExitCode.LOCKED);
      assertEquals("x\n", Cli.holdfast("cat", log(), "s").exits(ExitCode.OK).out());
    }
  }

  @Test
  void aDirectoryWithOtherThingsIsNoLog() throws IOException {
    Files.writeString(temporary.resolve("precious"), "x");
    Cli.given("y\n").run("append", temporary, "s").exits(ExitCode.NOT_FOUND);
    Cli.holdfast("cat", temporary, "s").exits(ExitCode.NOT_FOUND);
    assertEquals(List.of("precious"), List.copyOf(Logfiles.digests(temporary).keySet()));
  }

  @Test
  void catPrintsWhatIsAskedFor() {
    Logfiles.fill(log(), "s", 1000);
    assertEquals(Logfiles.lines(1000), Cli.holdfast("cat", log(), "s").out());
    assertEquals(List.of("record 998", "record 999"), cat("--from", "998"));
    assertEquals(List.of("record 0", "record 1"), cat("--to", "2"));
    assertEquals(List.of("record 500", "record 501"), cat("--from", "500", "--limit", "2"));
    assertEquals(List.of("record 500"), cat("--from", "500", "--to", "501", "--limit", "2"));
    assertEquals(List.of("500\trecord 500"), cat("--from", "500", "--limit", "1", "--ids"));
    assertEquals(List.of(), cat("--limit", "0"));
    assertEquals(List.of(), cat("--from", "1000"));
    assertEquals(List.of(), cat("--from", "5000"));
    assertEquals(List.of(), cat("--from", "7", "--to", "3"));
  }

  @Test
  void catRawPutsNothingBetween() {
    Cli.given("ab\n\ncd\n").run("append", log(), "s").exits(ExitCode.OK);
    assertEquals("abcd", Cli.holdfast("cat", log(), "s", "--format", "raw").out());
  }

  @Test
  void catJsonSaysTextOrBase64() {
    Cli.given(new byte[]{'G', 'r', (byte) 0xc3, (byte) 0xbc, 'n', '\n', (byte) 0xff, 0, '\n'})
        .run("append", log(), "s").exits(ExitCode.OK);
    var lines = Cli.holdfast("cat", log(), "s", "--json").exits(ExitCode.OK).lines();
    var first = TestJson.parse(lines.get(0));
    assertEquals(List.of(0L, 5L, "Grün"), List.of(field(first, "id"), field(first, "length"), field(first, "text")));
    assertTrue(first.containsKey("time"));
    var second = TestJson.parse(lines.get(1));
    assertFalse(second.containsKey("text"));
    assertEquals(Base64.getEncoder().encodeToString(new byte[]{(byte) 0xff, 0}), second.get("base64"));
  }

  @Test
  void catHexShowsEveryByte() {
    Cli.given("0123456789abcdefg\u0000\n").run("append", log(), "s").exits(ExitCode.OK);
    var lines = Cli.holdfast("cat", log(), "s", "--format", "hex").exits(ExitCode.OK).lines();
    assertTrue(lines.get(0).startsWith("record 0  ") && lines.get(0).endsWith("  18 bytes"), lines.get(0));
    assertEquals("00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  |0123456789abcdef|", lines.get(1));
    assertEquals("00000010  67 00                                            |g.|", lines.get(2));
  }

  @Test
  void onATerminalNoRecordMovesTheCursor() {
    Cli.given("\u001b[2Jgone\tGrün\n").run("append", log(), "s").exits(ExitCode.OK);
    assertEquals("\\x1B[2Jgone\tGrün\n", Cli.person("").run("cat", log(), "s").out());
    assertEquals("\u001b[2Jgone\tGrün\n", Cli.holdfast("cat", log(), "s").out());
  }

  private List<String> cat(String... options) {
    var arguments = new ArrayList<Object>(List.of("cat", log(), "s"));
    arguments.addAll(List.of(options));
    return Cli.holdfast(arguments.toArray()).exits(ExitCode.OK).lines();
  }

  private static Object field(Map<String, Object> json, String name) {
    var value = json.get(name);
    return value == null ? "nothing under " + name : value;
  }

  /** Returns the records as texts whose characters are bytes. */
  private List<String> records(String stream) throws IOException {
    var result = Cli.holdfast("cat", log(), stream, "--format", "length-prefix");
    if (result.exitCode() == ExitCode.NOT_FOUND) {
      return List.of();
    }
    var bytes = ByteBuffer.wrap(result.exits(ExitCode.OK).outBytes()).order(ByteOrder.LITTLE_ENDIAN);
    var records = new ArrayList<String>();
    while (bytes.hasRemaining()) {
      var record = new byte[bytes.getInt()];
      bytes.get(record);
      records.add(new String(record, ISO_8859_1));
    }
    return records;
  }

  private static byte[] framed(List<String> records, ByteOrder order) throws IOException {
    var framed = new ByteArrayOutputStream();
    for (var record : records) {
      framed.write(ByteBuffer.allocate(4).order(order).putInt(record.length()).array());
      framed.write(record.getBytes(ISO_8859_1));
    }
    return framed.toByteArray();
  }
}
