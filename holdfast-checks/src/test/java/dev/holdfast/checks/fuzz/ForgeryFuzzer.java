package dev.holdfast.checks.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import dev.holdfast.corruption.QuietLogs;
import dev.holdfast.corruption.Shape;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import dev.holdfast.internal.format.SegmentHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes fields of frames and makes their checksums right, as only somebody could who knows the salt: so the fuzzer
 * gets behind the checksums, where any field may say anything. What comes of it need not be the right records, but must
 * be records or one of the log's exceptions, in little time and memory.
 */
public final class ForgeryFuzzer {
  private static final int MOST_CHANGES = 4;
  private static final int MOST_BYTES = 48;
  private static final List<Shape> SHAPES = Shape.all();

  private ForgeryFuzzer() {}

  /** Before the first input. */
  public static void fuzzerInitialize() {
    QuietLogs.please();
  }

  /** One input. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    var shape = data.pickValue(SHAPES);
    var paths = shape.image().files().keySet().stream().filter(path -> path.endsWith(".seg")).toList();
    var image = shape.image();
    var changes = data.consumeInt(1, MOST_CHANGES);
    for (var i = 0; i < changes; i++) {
      var path = data.pickValue(paths);
      var file = image.get(path).clone();
      forge(file, data);
      image = image.with(path, file);
    }
    Use.ofAnything(image);
  }

  private static void forge(byte[] file, FuzzedDataProvider data) {
    var fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    var salt = SegmentHeader.decode(fields.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(SegmentHeader.SIZE), "it");
    var frames = frames(fields);
    if (salt == null || frames.isEmpty()) {
      return;
    }
    int at = data.pickValue(frames);
    var offset = at + data.consumeInt(Frame.LENGTH, Math.min(Frame.HEADER + MOST_BYTES, file.length - at) - 1);
    var bytes = data.consumeBytes(Math.min(MOST_BYTES, file.length - offset));
    System.arraycopy(bytes, 0, file, offset, bytes.length);
    var length = fields.getInt(at + Frame.LENGTH);
    if (length >= 0 && length <= file.length - at - Frame.HEADER) {
      fields.putInt(at + Frame.CHECKSUM, new FrameChecksum().of(salt.salt(), file, at, length));
    }
  }

  /** Returns the offsets of the frames, as far as their lengths lead from one to the next. */
  private static List<Integer> frames(ByteBuffer file) {
    var offsets = new ArrayList<Integer>();
    long at = SegmentHeader.SIZE;
    while (at + Frame.HEADER <= file.limit() && file.get((int) at + Frame.TYPE) != 0) {
      offsets.add((int) at);
      at += Frame.sizeOf(Math.max(0, file.getInt((int) at + Frame.LENGTH)));
    }
    return offsets;
  }
}
