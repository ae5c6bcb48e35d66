package dev.holdfast.checks.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.holdfast.corruption.LogImage;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.corruption.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/**
 * Deletes, copies, renames, swaps, cuts and lengthens files of a log, several times in a row. With more than one thing
 * wrong the log may end earlier, but no record may be read that was never appended under its id.
 */
public final class DirectoryFuzzer {
  private static final int MOST_CHANGES = 6;
  private static final int MOST_BYTES = 5000;
  /** Nothing was ever cut from the back of these, so every id has had one record. */
  private static final List<Shape> SHAPES = Shape.all().stream().filter(shape -> !shape.name().contains("back"))
      .toList();
  private static final List<String> NAMES = List.of("00000000000000000000.seg", "00000000000000000003.seg",
      "00000000000000000007.seg", "09223372036854775807.seg", "99999999999999999999.seg",
      "00000000000000000001.seg.2.cut",
      "1.seg", "0.tmp", "STATE", "STATE.tmp", "something else", "00000000000000000005.SEG");

  /** What can be done to a file. */
  private enum Change {
    DELETE, COPY, RENAME, SWAP, RESIZE
  }

  private DirectoryFuzzer() {}

  /** Before the first input. */
  public static void fuzzerInitialize() {
    QuietLogs.please();
  }

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    var shape = data.pickValue(SHAPES);
    var image = shape.image();
    var changes = data.consumeInt(1, MOST_CHANGES);
    var done = new StringJoiner(", ", shape + ": ", "");
    for (var i = 0; i < changes; i++) {
      image = changed(image, data, done);
    }
    try {
      Use.ofAnything(image, (id, payload) -> {
        var expected = shape.records().get(id);
        Use.require(expected == null ? id < shape.firstId() : Arrays.equals(expected, payload), "a wrong record " + id);
      });
    } catch (RuntimeException | Error e) {
      throw new AssertionError(done + ": " + e.getMessage(), e);
    }
  }

  private static LogImage changed(LogImage image, FuzzedDataProvider data, StringJoiner done) {
    var there = new ArrayList<String>();
    for (var path : image.files().keySet()) {
      if (path.startsWith(Shape.PREFIX)) {
        there.add(path);
      }
    }
    if (there.isEmpty()) {
      return image;
    }
    var path = data.pickValue(there);
    var other = data.consumeBoolean() ? data.pickValue(there) : Shape.PREFIX + data.pickValue(NAMES);
    var bytes = image.get(path);
    var change = data.pickValue(Change.values());
    var length = data.consumeInt(0, bytes.length + MOST_BYTES);
    done.add(change + " " + nameOf(path) + " " + (change == Change.RESIZE ? length : nameOf(other)));
    return switch (change) {
      case DELETE -> image.without(path);
      case COPY -> image.with(other, bytes);
      case RENAME -> image.without(path).with(other, bytes);
      case SWAP -> image.files().containsKey(other) ? image.with(path, image.get(other)).with(other, bytes) : image;
      case RESIZE -> image.with(path, Arrays.copyOf(bytes, length));
    };
  }

  private static String nameOf(String path) {
    return path.substring(Shape.PREFIX.length());
  }
}
