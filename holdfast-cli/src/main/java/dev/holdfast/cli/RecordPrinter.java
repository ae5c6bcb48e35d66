package dev.holdfast.cli;

import dev.holdfast.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Prints records in one format. */
final class RecordPrinter {
  private static final int HEX_COLUMNS = 16;
  private static final Pattern TAB = Pattern.compile("\t", Pattern.LITERAL);
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private final Terminal terminal;
  private final RecordFormat format;
  private final boolean withIds;

  /**
   * Creates a printer.
   *
   * @param withIds whether {@link RecordFormat#TEXT} puts the id and a tab before each record
   */
  RecordPrinter(Terminal terminal, RecordFormat format, boolean withIds) {
    this.terminal = terminal;
    this.format = format;
    this.withIds = withIds;
  }

  /** Prints the record that a cursor has stepped to. */
  void print(RecordCursor cursor) {
    var payload = cursor.copyPayload();
    switch (format) {
      case TEXT -> text(cursor.id(), payload);
      case HEX -> hex(cursor, payload);
      case RAW -> terminal.out().write(payload);
      case LENGTH_PREFIX -> prefixed(payload, ByteOrder.LITTLE_ENDIAN);
      case LENGTH_PREFIX_BE -> prefixed(payload, ByteOrder.BIG_ENDIAN);
      case JSON -> terminal.out().line(json(cursor, payload).toString());
    }
  }

  private void text(long id, byte[] payload) {
    if (withIds) {
      terminal.out().write((id + "\t").getBytes(StandardCharsets.UTF_8));
    }
    if (terminal.outIsTerminal()) {
      terminal.out().line(harmless(payload));
    } else {
      terminal.out().write(payload).write('\n');
    }
  }

  /** A record may hold what moves the cursor or renames the window: a terminal gets to see it, not to obey it. */
  private static String harmless(byte[] payload) {
    var text = decode(payload).orElseGet(() -> new String(payload, StandardCharsets.ISO_8859_1));
    return TAB.splitAsStream(text).map(Text::visible).collect(Collectors.joining("\t"));
  }

  private void hex(RecordCursor cursor, byte[] payload) {
    terminal.out().line(terminal.style("bold",
        "record " + cursor.id() + "  " + cursor.time() + "  " + Text.count(payload.length, "byte")));
    for (var i = 0; i < payload.length; i += HEX_COLUMNS) {
      var end = Math.min(payload.length, i + HEX_COLUMNS);
      terminal.out().line(String.format(Locale.ROOT, "%08x  %-47s  |%s|", i, HEX.formatHex(payload, i, end),
          ascii(payload, i, end)));
    }
  }

  private static String ascii(byte[] payload, int from, int to) {
    var shown = new StringBuilder();
    for (var i = from; i < to; i++) {
      shown.append(payload[i] >= ' ' && payload[i] < 0x7f ? (char) payload[i] : '.');
    }
    return shown.toString();
  }

  private void prefixed(byte[] payload, ByteOrder order) {
    terminal.out().write(ByteBuffer.allocate(Integer.BYTES).order(order).putInt(payload.length).array())
        .write(payload);
  }

  private static JsonObject json(RecordCursor cursor, byte[] payload) {
    var object = new JsonObject().put("id", cursor.id()).put("time", cursor.time()).put("length", payload.length);
    decode(payload).ifPresentOrElse(text -> object.put("text", text),
        () -> object.put("base64", Base64.getEncoder().encodeToString(payload)));
    return object;
  }

  /** Returns the text, if these bytes are UTF-8. */
  private static Optional<String> decode(byte[] bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }
}
