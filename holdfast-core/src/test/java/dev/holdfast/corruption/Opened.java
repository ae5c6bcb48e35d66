package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.CorruptionPolicy;
import dev.holdfast.LogStream;
import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** Opens logs made by {@link LogBuilder}, whose record n says "record n", and checks what comes of it. */
final class Opened {
  static final WalOptions ERROR = WalOptions.builder().maxSegmentSize(4096).build();
  static final WalOptions TRUNCATE = ERROR.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
  private static final Set<String> WRITER_S_OWN = Set.of("LOCK", "LOCK.owner");
  private static final byte[] NEXT = "what goes on".getBytes(StandardCharsets.UTF_8);

  private Opened() {}

  /** The log is not damaged: every way of opening it gives the records below {@code end}, and goes on from there. */
  static void goesOn(LogImage image, Outcome outcome, long end) {
    QuietLogs.please();
    readOnly(image, outcome, end, false);
    writing(image, ERROR, outcome, end);
    writing(image, TRUNCATE, outcome, end);
  }

  /** As {@link #goesOn}, but that opening for writing deletes files which are no part of the log. */
  static void goesOnWithout(LogImage image, Set<String> leftOvers, Outcome outcome, long end) {
    QuietLogs.please();
    readOnly(image, outcome, end, false);
    var directory = image.toDirectory();
    try (var wal = Wal.open(directory, ERROR)) {
      hasRecords(wal.stream(LogBuilder.STREAM), end);
    }
    var rest = image;
    for (var name : leftOvers) {
      assertTrue(!LogImage.of(directory).files().containsKey(LogBuilder.PREFIX + name), name + " is still there");
      rest = rest.without(LogBuilder.PREFIX + name);
    }
    writing(rest, ERROR, outcome, end);
  }

  /**
   * The log is damaged: opened for reading it gives the records below {@code end} and then says so; ERROR refuses it,
   * changing nothing; TRUNCATE goes on from {@code end}, keeping every byte.
   */
  static CorruptionException isDamaged(LogImage image, String label, long end) {
    QuietLogs.please();
    readOnly(image, Outcome.CORRUPT, end, true);
    var directory = image.toDirectory();
    CorruptionException refused;
    try (var wal = Wal.open(directory, ERROR)) {
      refused = assertThrows(CorruptionException.class, () -> wal.stream(LogBuilder.STREAM));
    }
    assertTrue(refused.toString().contains(label + ": "), refused.toString());
    assertTrue(refused.file().startsWith(LogBuilder.PREFIX), refused.file());
    assertEquals(end, refused.id());
    assertEquals("", LogImage.of(directory).differenceTo(image, WRITER_S_OWN));
    writing(image, TRUNCATE, Outcome.CORRUPT, end);
    return refused;
  }

  private static void readOnly(LogImage image, Outcome outcome, long end, boolean damaged) {
    var directory = image.toDirectory();
    try (var wal = Wal.openReadOnly(directory, ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertEquals(outcome, stream.recovery().outcome(), stream.recovery().toString());
      assertEquals(end, stream.nextId());
      try (var cursor = stream.read(0)) {
        for (var id = stream.firstId(); id < end; id++) {
          assertTrue(cursor.next());
          assertEquals(id, cursor.id());
          assertArrayEquals(LogBuilder.payload(id), cursor.copyPayload());
        }
        if (damaged) {
          assertThrows(CorruptionException.class, cursor::next);
          assertThrows(CorruptionException.class, () -> stream.get(end));
        } else {
          assertTrue(!cursor.next());
          assertTrue(stream.get(end).isEmpty());
        }
      }
    }
    assertEquals("", LogImage.of(directory).differenceTo(image, Set.of()), "read-only changed a file");
  }

  private static void writing(LogImage image, WalOptions options, Outcome outcome, long end) {
    var directory = image.toDirectory();
    try (var wal = Wal.open(directory, options)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertEquals(outcome, stream.recovery().outcome(), stream.recovery().toString());
      assertEquals(end, stream.nextId());
      hasRecords(stream, end);
      assertEquals(end, stream.append(NEXT));
    }
    keepsEveryByte(image, LogImage.of(directory));
    try (var wal = Wal.open(directory, ERROR)) {
      var stream = wal.stream(LogBuilder.STREAM);
      assertEquals(Outcome.CLEAN, stream.recovery().outcome(), stream.recovery().toString());
      hasRecords(stream, end);
      assertArrayEquals(NEXT, stream.get(end).orElseThrow());
    }
  }

  /** Checks that records {@code [first id, end)} are there, in order and by id. */
  static void hasRecords(LogStream stream, long end) {
    try (var cursor = stream.read(0)) {
      for (var id = stream.firstId(); id < end; id++) {
        assertTrue(cursor.next());
        assertEquals(id, cursor.id());
        assertArrayEquals(LogBuilder.payload(id), cursor.copyPayload());
        assertArrayEquals(LogBuilder.payload(id), stream.get(id).orElseThrow());
      }
    }
  }

  /** Every segment is still there, under its name or set aside, but for what stands after the last byte of data. */
  private static void keepsEveryByte(LogImage before, LogImage after) {
    before.files().forEach((path, bytes) -> {
      if (path.endsWith(".seg")) {
        var length = bytes.length;
        while (length > 192 && bytes[length - 1] == 0) {
          length--;
        }
        var data = Arrays.copyOf(bytes, Math.min(bytes.length, length));
        assertTrue(length <= 192 || after.files().entrySet().stream().anyMatch(file -> file.getKey().startsWith(path)
            && file.getValue().length >= data.length && Arrays.equals(file.getValue(), 0, data.length, data, 0,
                data.length)),
            path + " is gone: " + after.files().keySet());
      }
    });
  }
}
