package dev.holdfast.checks.fuzz;

import dev.holdfast.CorruptionPolicy;
import dev.holdfast.LogStream;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import dev.holdfast.corruption.LogImage;
import dev.holdfast.corruption.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BiConsumer;

/** Uses a log about which nothing can be expected but that it says so in the log's own exceptions. */
final class Use {
  private static final byte[] NEW = "what goes on".getBytes(StandardCharsets.UTF_8);
  private static final int MOST_IDS = 200;
  private static final Set<String> WRITER_S_OWN = Set.of("LOCK", "LOCK.owner");
  private static final WalOptions TRUNCATE = Shape.OPTIONS.toBuilder().corruptionPolicy(CorruptionPolicy.TRUNCATE)
      .build();

  private Use() {}

  /** Opens, reads and goes on in every way. */
  static void ofAnything(LogImage image) {
    ofAnything(image, (_, _) -> {});
  }

  /** The same; each record read is handed to {@code check} with its id, those of TRUNCATE aside. */
  static void ofAnything(LogImage image, BiConsumer<Long, byte[]> check) {
    reading(image, check);
    writing(image, check);
    truncating(image);
  }

  private static void reading(LogImage image, BiConsumer<Long, byte[]> check) {
    var directory = image.toDirectory();
    refusable(() -> {
      try (var wal = Wal.openReadOnly(directory, Shape.OPTIONS)) {
        readAll(wal.stream(Shape.STREAM), check);
      }
    });
    require(LogImage.of(directory).differenceTo(image, Set.of()).isEmpty(), "reading changed a file");
  }

  private static void writing(LogImage image, BiConsumer<Long, byte[]> check) {
    var directory = image.toDirectory();
    refusable(() -> {
      try (var wal = Wal.open(directory, Shape.OPTIONS)) {
        LogStream stream;
        try {
          stream = wal.stream(Shape.STREAM);
        } catch (WalException e) {
          require(LogImage.of(directory).differenceTo(image, WRITER_S_OWN).isEmpty(), "refusing changed a file: " + e);
          throw e;
        }
        readAll(stream, check);
      }
    });
  }

  private static void truncating(LogImage image) {
    var directory = image.toDirectory();
    var appended = new long[]{-1};
    refusable(() -> {
      try (var wal = Wal.open(directory, TRUNCATE)) {
        var stream = wal.stream(Shape.STREAM);
        readAll(stream, (_, _) -> {});
        appended[0] = stream.append(NEW);
      }
    });
    if (appended[0] >= 0) {
      refusable(() -> {
        try (var wal = Wal.openReadOnly(directory, Shape.OPTIONS)) {
          var found = wal.stream(Shape.STREAM).get(appended[0]);
          require(found.isPresent() && Arrays.equals(found.get(), NEW), "what was appended last is not there");
        }
      });
    }
  }

  private static void readAll(LogStream stream, BiConsumer<Long, byte[]> check) {
    refusable(() -> {
      try (var cursor = stream.read(0)) {
        for (var n = 0; n < MOST_IDS && cursor.next(); n++) {
          check.accept(cursor.id(), cursor.copyPayload());
        }
      }
    });
    var first = stream.firstId();
    for (var n = 0; n < MOST_IDS / 4 && first + n < stream.nextId(); n++) {
      var id = first + n;
      refusable(() -> stream.get(id).ifPresent(record -> check.accept(id, record)));
    }
    refusable(stream::segments);
  }

  /** Runs a step that may be refused with the exceptions of the log; anything else is a finding. */
  private static void refusable(Runnable step) {
    try {
      step.run();
    } catch (WalException | IllegalArgumentException e) {
      require(e.getMessage() != null, "an exception that says nothing: " + e);
    }
  }

  static void require(boolean condition, String finding) {
    if (!condition) {
      throw new AssertionError(finding);
    }
  }
}
