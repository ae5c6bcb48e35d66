package dev.holdfast.internal.stream;

import dev.holdfast.Compressor;
import dev.holdfast.CorruptionException;
import dev.holdfast.UnsupportedFormatException;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.BatchPayload;
import dev.holdfast.internal.format.CompressedPayload;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.segment.OpenSegment;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.DataFormatException;

/**
 * Reads the compressed frames of a stream. What is read by id is decompressed once, as long as the cache keeps it;
 * cursors take from the cache what is there and add nothing, as they read everything once. Safe for use by many
 * threads.
 */
final class CompressedFrames {
  private final StreamView stream;
  private final FrameCompression shared;
  private final WalOptions options;

  CompressedFrames(StreamView stream, StreamContext context) {
    this.stream = stream;
    this.shared = context.compression();
    this.options = context.options();
  }

  /**
   * Has the content of the frame at {@code offset}, whose header was read and says that it is compressed, in
   * {@code scratch}; validated unless the cache has it, where it was validated before.
   */
  void read(Scratch scratch, OpenSegment open, Segment segment, long offset) throws IOException {
    var cache = shared.cache();
    var frame = scratch.frame();
    var key = new BlockCache.Key(open.header().salt(), offset, frame.checksum());
    var known = cache == null ? null : cache.get(key);
    if (known != null) {
      scratch.show(known);
      return;
    }
    scratch.readFrame(open, segment, offset);
    if (cache == null) {
      unpack(scratch, segment, offset);
      return;
    }
    var content = ByteBuffer.allocate(lengthOf(scratch, segment, offset)).order(ByteOrder.LITTLE_ENDIAN);
    decompress(scratch, segment, offset, content);
    scratch.show(content);
    cache.put(key, new BlockCache.Block(stream, frame.firstId(), frame.endId(), content));
  }

  /** Has what the frame at {@code offset}, which was validated, decompresses to as content; if it is compressed. */
  void unpack(Scratch scratch, SegmentHeader header, Segment segment, long offset) {
    var frame = scratch.frame();
    if (!frame.isCompressed()) {
      return;
    }
    var cache = shared.cache();
    var known = cache == null
        ? null
        : cache.get(new BlockCache.Key(header.salt(), offset, frame.checksum()));
    if (known != null) {
      scratch.show(known);
      return;
    }
    unpack(scratch, segment, offset);
  }

  private void unpack(Scratch scratch, Segment segment, long offset) {
    decompress(scratch, segment, offset, scratch.unpacked(lengthOf(scratch, segment, offset)));
    scratch.showUnpacked();
  }

  /**
   * Returns the length of what the frame decompresses to, which is bounded by the largest frame of its file and by what
   * its stored bytes can be at most: nothing was allocated for it so far.
   */
  private static int lengthOf(Scratch scratch, Segment segment, long offset) {
    var length = CompressedPayload.uncompressedLength(scratch.content(), scratch.contentAt());
    var stored = scratch.contentLength() - CompressedPayload.PREFIX;
    if (!CompressedPayload.isPossible(scratch.frame().codec(), stored, length)) {
      throw damaged(scratch, segment, offset, "says that its " + stored + " bytes are " + length + " uncompressed");
    }
    return length;
  }

  private void decompress(Scratch scratch, Segment segment, long offset, ByteBuffer target) {
    var frame = scratch.frame();
    var compressor = compressorFor(frame, segment, offset);
    try {
      compressor.decompress(scratch.compressed(), target);
    } catch (DataFormatException | RuntimeException e) { // whatever it throws at such bytes, the bytes are what is wrong
      throw withCause(damaged(scratch, segment, offset, "cannot be decompressed: " + e.getMessage()), e);
    }
    if (target.hasRemaining()) {
      throw damaged(scratch, segment, offset, "is " + target.remaining() + " bytes short when decompressed");
    }
    target.flip();
    if (frame.type() == Frame.BATCH && !BatchPayload.isValid(target, 0, target.limit(), frame.count())) {
      throw damaged(scratch, segment, offset, "holds a batch whose lengths do not add up");
    }
  }

  private Compressor compressorFor(Frame frame, Segment segment, long offset) {
    var format = CompressedPayload.formatOf(frame.codec());
    var given = options.compressor(format).orElse(null);
    var compressor = given == null ? shared.service(format) : given;
    if (compressor == null) {
      throw new UnsupportedFormatException(segment.files().labelOf(segment.name()) + " at offset " + offset
          + ", record " + frame.firstId() + ", is compressed in " + format + ": add dev.holdfast:holdfast-compression-"
          + format.name().toLowerCase(Locale.ROOT) + " to the program");
    }
    return compressor;
  }

  private static CorruptionException damaged(Scratch scratch, Segment segment, long offset, String problem) {
    var frame = scratch.frame();
    return segment.files().corrupt(segment.name(), offset, frame.firstId(), "the frame, compressed in "
        + CompressedPayload.formatOf(frame.codec()) + " and with the right checksum, " + problem);
  }

  private static CorruptionException withCause(CorruptionException damage, Exception cause) {
    damage.initCause(cause);
    return damage;
  }
}
