package dev.holdfast.compression;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;

/**
 * LZ4 blocks in a page of code, after the description of the block format: so that the log's own tests need no library,
 * and its golden files change with none. Slow, and strict.
 */
public final class TinyLz4 implements Compressor {
  private static final int SMALLEST_MATCH = 4;
  private static final int LAST_LITERALS = 5;
  private static final int LAST_MATCH = 12;
  private static final int FARTHEST = 0xFFFF;

  /** Creates it. */
  public TinyLz4() {
    // it has no state
  }

  @Override
  public Compression format() {
    return Compression.LZ4;
  }

  @Override
  public int maxCompressedLength(int length) {
    return length + length / 255 + 16;
  }

  @Override
  public void compress(ByteBuffer source, ByteBuffer target) {
    var table = new int[1 << 12];
    Arrays.fill(table, -1);
    var begin = source.position();
    var literals = begin;
    var at = begin;
    while (at + LAST_MATCH <= source.limit()) {
      var slot = (intAt(source, at) * 0x9E3779B1) >>> 20;
      var match = table[slot];
      table[slot] = at;
      if (match < 0 || at - match > FARTHEST || intAt(source, match) != intAt(source, at)) {
        at++;
        continue;
      }
      var length = SMALLEST_MATCH;
      while (at + length < source.limit() - LAST_LITERALS && source.get(match + length) == source.get(at + length)) {
        length++;
      }
      sequence(source, literals, at, target, length - SMALLEST_MATCH);
      target.put((byte) (at - match)).put((byte) ((at - match) >>> 8));
      rest(target, length - SMALLEST_MATCH);
      at += length;
      literals = at;
    }
    sequence(source, literals, source.limit(), target, 0);
    source.position(source.limit());
  }

  private static void sequence(ByteBuffer source, int from, int to, ByteBuffer target, int match) {
    var length = to - from;
    target.put((byte) ((Math.min(length, 15) << 4) | Math.min(match, 15)));
    rest(target, length);
    for (var i = from; i < to; i++) {
      target.put(source.get(i));
    }
  }

  private static void rest(ByteBuffer target, int length) {
    if (length >= 15) {
      for (var left = length - 15; left >= 0; left -= 255) {
        target.put((byte) Math.min(left, 255));
      }
    }
  }

  private static int intAt(ByteBuffer source, int at) {
    var low = (source.get(at) & 0xFF) | ((source.get(at + 1) & 0xFF) << 8);
    return low | ((source.get(at + 2) & 0xFF) << 16) | (source.get(at + 3) << 24);
  }

  @Override
  public void decompress(ByteBuffer source, ByteBuffer target) throws DataFormatException {
    var begin = target.position();
    while (true) {
      var token = next(source);
      var literals = length(source, token >>> 4);
      require(literals <= source.remaining() && literals <= target.remaining(), "literals");
      for (var i = 0; i < literals; i++) {
        target.put(source.get());
      }
      if (!source.hasRemaining()) {
        require((token & 15) == 0 && !target.hasRemaining(), "end");
        return;
      }
      var distance = next(source) | (next(source) << 8);
      require(distance > 0 && distance <= target.position() - begin, "distance");
      var length = length(source, token & 15) + SMALLEST_MATCH;
      require(length <= target.remaining(), "match");
      for (var i = 0; i < length; i++) {
        target.put(target.get(target.position() - distance));
      }
    }
  }

  private static int length(ByteBuffer source, int first) throws DataFormatException {
    var length = first;
    if (first == 15) {
      int more;
      do {
        more = next(source);
        length += more;
        require(length < 1 << 30, "length");
      } while (more == 255);
    }
    return length;
  }

  private static int next(ByteBuffer source) throws DataFormatException {
    require(source.hasRemaining(), "more");
    return source.get() & 0xFF;
  }

  private static void require(boolean condition, String what) throws DataFormatException {
    if (!condition) {
      throw new DataFormatException("no LZ4 block: " + what);
    }
  }
}
