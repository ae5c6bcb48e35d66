package dev.holdfast.recordlog;

import dev.holdfast.RecordLog;
import dev.holdfast.RecordVisitor;
import dev.holdfast.ReplayMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records as text. */
final class Records {
  private Records() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static List<byte[]> bytes(List<String> texts) {
    return texts.stream().map(Records::bytes).toList();
  }

  static List<String> of(RecordLog log) {
    return log.records().stream().map(record -> new String(record, StandardCharsets.UTF_8)).toList();
  }

  /** Replays into {@code into}; what was delivered before an exception is there, too. */
  static void replay(RecordLog log, ReplayMode mode, List<String> into) {
    log.replay(mode, collect(into));
  }

  /** Collects records, whose ids must be consecutive. */
  static RecordVisitor collect(List<String> into) {
    return (id, payload) -> {
      if (id != into.size()) {
        throw new AssertionError("record " + id + " comes after " + into.size() + " others");
      }
      into.add(StandardCharsets.UTF_8.decode(payload).toString());
    };
  }

  /** Returns texts that differ, of so many characters. */
  static List<String> some(int count, int length) {
    var records = new ArrayList<String>();
    for (var i = 0; i < count; i++) {
      var text = "record " + i + " ";
      records.add(text + "x".repeat(Math.max(0, length - text.length())));
    }
    return records;
  }
}
