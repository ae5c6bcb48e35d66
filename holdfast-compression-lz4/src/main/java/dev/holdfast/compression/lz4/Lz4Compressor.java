package dev.holdfast.compression.lz4;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.jspecify.annotations.Nullable;

/**
 * LZ4 blocks, by lz4-java. Safe for use by many threads.
 *
 * <p>
 * Where the program allows the library native code ({@code --enable-native-access=org.lz4.java} on the module path,
 * {@code --enable-native-access=ALL-UNNAMED} on the class path) that is used: it is three to six times as fast.
 * Elsewhere the parts of the library that are plain Java on arrays are used, without native code, {@code Unsafe} or
 * warnings. Both read what either writes.
 */
public final class Lz4Compressor implements Compressor {
  private final LZ4Compressor compressor;
  private final LZ4SafeDecompressor decompressor;

  /** Creates one. */
  public Lz4Compressor() {
    this(LZ4Factory.class.getModule().isNativeAccessEnabled() ? nativeOrJava() : LZ4Factory.safeInstance());
  }

  Lz4Compressor(LZ4Factory factory) {
    this.compressor = factory.fastCompressor();
    this.decompressor = factory.safeDecompressor();
  }

  private static LZ4Factory nativeOrJava() {
    try {
      return LZ4Factory.nativeInstance();
    } catch (LinkageError | AssertionError e) { // how the library says that there is none for this machine
      System.getLogger(Lz4Compressor.class.getName()).log(System.Logger.Level.DEBUG,
          "native LZ4 cannot be loaded, plain Java is used", e);
      return LZ4Factory.safeInstance();
    }
  }

  @Override
  public Compression format() {
    return Compression.LZ4;
  }

  @Override
  public int maxCompressedLength(int length) {
    return compressor.maxCompressedLength(length);
  }

  @Override
  public void compress(ByteBuffer source, ByteBuffer target) {
    var length = compressor.compress(source.array(), source.arrayOffset() + source.position(), source.remaining(),
        target.array(), target.arrayOffset() + target.position(), target.remaining());
    source.position(source.limit());
    target.position(target.position() + length);
  }

  @Override
  public void decompress(ByteBuffer source, ByteBuffer target) throws DataFormatException {
    var expected = target.remaining();
    int length;
    try {
      length = decompressor.decompress(source.array(), source.arrayOffset() + source.position(), source.remaining(),
          target.array(), target.arrayOffset() + target.position(), expected);
    } catch (LZ4Exception | IndexOutOfBoundsException e) {
      throw malformed(String.valueOf(e.getMessage()), e);
    }
    if (length != expected) {
      throw malformed(length + " bytes, not " + expected, null);
    }
    source.position(source.limit());
    target.position(target.limit());
  }

  private static DataFormatException malformed(String problem, @Nullable Throwable cause) {
    var malformed = new DataFormatException("not an LZ4 block of so many bytes: " + problem);
    malformed.initCause(cause);
    return malformed;
  }
}
