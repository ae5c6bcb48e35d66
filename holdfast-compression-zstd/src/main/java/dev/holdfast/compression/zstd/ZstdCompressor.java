package dev.holdfast.compression.zstd;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/**
 * Zstandard frames, by the reference implementation through zstd-jni. Safe for use by many threads: what the library
 * needs to work is kept for the next call, at most as much as there are processors.
 *
 * <p>
 * The library loads native code: on the module path {@code --enable-native-access=com.github.luben.zstd_jni}, on the
 * class path {@code --enable-native-access=ALL-UNNAMED}, or the JVM warns.
 */
public final class ZstdCompressor implements Compressor {
  /** The level that is used unless another one is given: records become as small with it as with 3, and sooner. */
  public static final int USUAL_LEVEL = 1;

  private static final Contexts<ZstdCompressCtx> COMPRESSING = new Contexts<>(ZstdCompressCtx::new);
  private static final Contexts<ZstdDecompressCtx> DECOMPRESSING = new Contexts<>(ZstdDecompressCtx::new);

  private final int level;

  /** Creates one of the usual level. */
  public ZstdCompressor() {
    this(USUAL_LEVEL);
  }

  /**
   * Creates one for {@code WalOptions.compressor}.
   *
   * @param level from -131,072, fastest, to 22, smallest; those above 19 take much memory
   */
  public ZstdCompressor(int level) {
    if (level < Zstd.minCompressionLevel() || level > Zstd.maxCompressionLevel()) {
      throw new IllegalArgumentException("level must be from " + Zstd.minCompressionLevel() + " to "
          + Zstd.maxCompressionLevel() + ", not " + level);
    }
    this.level = level;
  }

  @Override
  public Compression format() {
    return Compression.ZSTD;
  }

  @Override
  public int maxCompressedLength(int length) {
    return Math.toIntExact(Zstd.compressBound(length));
  }

  @Override
  public void compress(ByteBuffer source, ByteBuffer target) {
    var context = COMPRESSING.take();
    try {
      var length = context.setLevel(level).compressByteArray(target.array(),
          target.arrayOffset() + target.position(), target.remaining(), source.array(),
          source.arrayOffset() + source.position(), source.remaining());
      source.position(source.limit());
      target.position(target.position() + length);
    } finally {
      COMPRESSING.giveBack(context);
    }
  }

  @Override
  public void decompress(ByteBuffer source, ByteBuffer target) throws DataFormatException {
    var expected = target.remaining();
    var context = DECOMPRESSING.take();
    int length;
    try {
      length = context.decompressByteArray(target.array(), target.arrayOffset() + target.position(), expected,
          source.array(), source.arrayOffset() + source.position(), source.remaining());
    } catch (ZstdException e) {
      var malformed = new DataFormatException("not a Zstandard frame of so many bytes: " + e.getMessage());
      malformed.initCause(e);
      throw malformed;
    } finally {
      DECOMPRESSING.giveBack(context);
    }
    if (length != expected) {
      throw new DataFormatException("not a Zstandard frame of so many bytes: " + length + " bytes, not " + expected);
    }
    source.position(source.limit());
    target.position(target.limit());
  }
}
