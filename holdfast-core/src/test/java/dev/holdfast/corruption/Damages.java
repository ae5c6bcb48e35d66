package dev.holdfast.corruption;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Everything that is done to a shape: one thing at a time. */
public final class Damages {
  private static final int SECTOR = 512;
  private static final long SEED = 7;
  /** Of the variants of a shape one has every bit flipped, the other one in so many. */
  private static final int STRIDE = 3;

  /**
   * One damaged log.
   *
   * @param what in words, with the place
   * @param path the file, or the first one, that was damaged
   * @param image the damaged log
   */
  public record Damage(String what, String path, LogImage image) {
    @Override
    public String toString() {
      return what + " " + path;
    }
  }

  private final Shape shape;
  private final Random random = new Random(SEED);
  private int flips;

  private Damages(Shape shape) {
    this.shape = shape;
  }

  /** Hands every damage to {@code sink}; {@code withFormat} says whether FORMAT has its turn too. */
  static void of(Shape shape, boolean withFormat, Consumer<Damage> sink) {
    var damages = new Damages(shape);
    if (withFormat) {
      damages.flips("FORMAT", 0, LogImage.of(shape.image().toDirectory()).get("FORMAT").length, sink);
      damages.sectorsAndCuts("FORMAT", sink);
      damages.delete("FORMAT", sink);
    }
    damages.state(sink);
    for (var path : damages.segments()) {
      damages.bits(path, sink);
      damages.sectorsAndCuts(path, sink);
      damages.delete(path, sink);
      damages.copies(path, sink);
    }
    damages.olderCopies(sink);
  }

  private List<String> segments() {
    return shape.image().files().keySet().stream()
        .filter(path -> path.startsWith(Shape.PREFIX) && path.endsWith(".seg")).toList();
  }

  private static long firstIdOf(String path) {
    return Long.parseLong(path.substring(Shape.PREFIX.length(), path.length() - 4));
  }

  private static String segment(long firstId) {
    return Shape.PREFIX + String.format(Locale.ROOT, "%020d.seg", firstId);
  }

  private void state(Consumer<Damage> sink) {
    var path = Shape.PREFIX + "STATE";
    flips(path, 0, 128, sink);
    flips(path, 2048, 128, sink);
    sectorsAndCuts(path, sink);
    delete(path, sink);
  }

  // ---- bits

  /** Every bit of the header, of every frame's header, of start frames and seals; some of every payload. */
  private void bits(String path, Consumer<Damage> sink) {
    var bytes = shape.image().get(path);
    flips(path, 0, 128, sink);
    for (var frame : TinyReader.frames(bytes, firstIdOf(path))) {
      var whole = frame.type() > 2;
      flips(path, frame.offset(), 32 + (whole ? frame.length() : 0), sink);
      if (!whole && frame.length() > 0) {
        for (var i = 0; i < 4; i++) {
          var at = i == 0 ? 0 : i == 1 ? frame.length() - 1 : random.nextInt(frame.length());
          flip(path, frame.offset() + 32 + at, random.nextInt(8), sink);
        }
      }
    }
  }

  private void flips(String path, int offset, int length, Consumer<Damage> sink) {
    for (var at = offset; at < offset + length; at++) {
      for (var bit = 0; bit < 8; bit++) {
        flip(path, at, bit, sink);
      }
    }
  }

  private void flip(String path, int at, int bit, Consumer<Damage> sink) {
    if (!shape.everyBit() && flips++ % STRIDE != 0) {
      return;
    }
    var bytes = shape.image().get(path).clone();
    bytes[at] ^= (byte) (1 << bit);
    sink.accept(new Damage("bit " + bit + " of byte " + at + " of", path, shape.image().with(path, bytes)));
  }

  // ---- sectors and lengths

  private void sectorsAndCuts(String path, Consumer<Damage> sink) {
    var bytes = shape.image().get(path);
    for (var from = 0; from < bytes.length; from += SECTOR) {
      var to = Math.min(bytes.length, from + SECTOR);
      var zeroed = bytes.clone();
      Arrays.fill(zeroed, from, to, (byte) 0);
      if (!Arrays.equals(zeroed, bytes)) {
        sink.accept(new Damage("sector at " + from + " zeroed of", path, shape.image().with(path, zeroed)));
      }
    }
    for (var length : lengths(path, bytes)) {
      sink.accept(new Damage("cut to " + length, path, shape.image().with(path, Arrays.copyOf(bytes, length))));
    }
  }

  private static Set<Integer> lengths(String path, byte[] bytes) {
    var lengths = new TreeSet<Integer>(List.of(0, 1, 8, 127, 128, 129, 159, 160, 191, 192, 193));
    for (var length = SECTOR; length < bytes.length; length += SECTOR) {
      lengths.addAll(List.of(length - 1, length));
    }
    lengths.addAll(List.of(bytes.length - 1, bytes.length - 8));
    if (path.endsWith(".seg")) {
      for (var frame : TinyReader.frames(bytes, firstIdOf(path))) {
        lengths.addAll(List.of(frame.offset(), frame.offset() + 1, frame.offset() + 31, frame.offset() + 32,
            frame.end() - 1, frame.end()));
      }
    }
    lengths.removeIf(length -> length < 0 || length >= bytes.length);
    return lengths;
  }

  // ---- files

  private void delete(String path, Consumer<Damage> sink) {
    sink.accept(new Damage("deleted", path, shape.image().without(path)));
  }

  /** One file set back to what it was at some moment. */
  private void olderCopies(Consumer<Damage> sink) {
    for (var i = 0; i < shape.earlier().size(); i++) {
      var number = i;
      shape.earlier().get(i).files().forEach((path, bytes) -> {
        var now = shape.image().files().get(path);
        if (now != null && path.startsWith(Shape.PREFIX) && !Arrays.equals(now, bytes)) {
          sink.accept(new Damage("older copy " + number + " of", path, shape.image().with(path, bytes)));
        }
      });
    }
  }

  /** The segment under other names, in the place of others, and another stream's in its place. */
  private void copies(String path, Consumer<Damage> sink) {
    var bytes = shape.image().get(path);
    var firstId = firstIdOf(path);
    for (var other : List.of(firstId + 1, firstId + 3, shape.end() - 1, shape.end(), shape.end() + 1, Long.MAX_VALUE)) {
      if (!shape.image().files().containsKey(segment(other))) {
        sink.accept(new Damage("copied to " + other, path, shape.image().with(segment(other), bytes)));
        sink.accept(new Damage("renamed to " + other, path, shape.image().without(path).with(segment(other), bytes)));
      }
    }
    for (var other : segments()) {
      if (!other.equals(path)) {
        sink.accept(new Damage("copied over " + other, path, shape.image().with(other, bytes)));
        if (other.compareTo(path) > 0) {
          sink.accept(new Damage("swapped with " + other, path,
              shape.image().with(other, bytes).with(path, shape.image().get(other))));
        }
      }
    }
    for (var foreign : Foreign.ALL) {
      sink.accept(new Damage("replaced by " + foreign.name() + "'s", path,
          shape.image().with(path, foreign.segment(firstId, bytes.length))));
    }
  }
}
