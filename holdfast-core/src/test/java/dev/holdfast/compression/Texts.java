package dev.holdfast.compression;

import dev.holdfast.LogStream;
import dev.holdfast.corruption.LogImage;
import dev.holdfast.corruption.TinyReader;
import dev.holdfast.storage.Directory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** What the tests of compression share. */
final class Texts {
  private static final List<String> WORDS = List.of("order ", "created ", "by customer ", "paid ", "amount ", "EUR, ",
      "shipped to ", "warehouse ", "returned ", "items: ");

  private Texts() {}

  /** Returns bytes that compress, the same for the same seed. */
  static byte[] text(int length, long seed) {
    var random = new SplittableRandom(seed);
    var text = new StringBuilder(length + 20).append(seed).append(' ');
    while (text.length() < length) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return Arrays.copyOf(text.toString().getBytes(StandardCharsets.US_ASCII), length);
  }

  /** Returns bytes that do not compress, the same for the same seed. */
  static byte[] noise(int length, long seed) {
    var bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }

  /** Returns the data frames of the stream {@code "s"} in their order, as an independent reader finds them. */
  static List<TinyReader.FrameAt> frames(Directory directory) {
    var frames = new ArrayList<TinyReader.FrameAt>();
    LogImage.of(directory).files().forEach((path, bytes) -> {
      if (path.matches("streams/s/[0-9]{20}\\.seg")) {
        var firstId = Long.parseLong(path.substring(path.length() - 24, path.length() - 4));
        TinyReader.frames(bytes, firstId).stream().filter(frame -> frame.type() == 1 || frame.type() == 2)
            .forEach(frames::add);
      }
    });
    return frames;
  }

  /** Returns the codec of each data frame of the stream {@code "s"}. */
  static List<Integer> codecs(Directory directory) {
    return frames(directory).stream().map(TinyReader.FrameAt::codec).toList();
  }

  /** Returns everything a cursor delivers. */
  static List<byte[]> all(LogStream stream) {
    var records = new ArrayList<byte[]>();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        records.add(cursor.copyPayload());
      }
    }
    return records;
  }
}
