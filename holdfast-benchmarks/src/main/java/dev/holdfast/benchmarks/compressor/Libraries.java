package dev.holdfast.benchmarks.compressor;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.Decompressor;
import io.airlift.compress.v3.lz4.Lz4JavaCompressor;
import io.airlift.compress.v3.lz4.Lz4JavaDecompressor;
import io.airlift.compress.v3.lz4.Lz4NativeCompressor;
import io.airlift.compress.v3.lz4.Lz4NativeDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdNativeCompressor;
import io.airlift.compress.v3.zstd.ZstdNativeDecompressor;
import java.util.List;
import net.jpountz.lz4.LZ4Factory;

/** The libraries compared. Each is used by one thread. */
public final class Libraries {
  private Libraries() {}

  /** Returns those that compress in LZ4 blocks. */
  public static List<Library> lz4() {
    return List.of(lz4Java("lz4-java, safe", LZ4Factory.safeInstance()),
        lz4Java("lz4-java, native", LZ4Factory.nativeInstance()),
        air2(new io.airlift.compress.lz4.Lz4Compressor(), new io.airlift.compress.lz4.Lz4Decompressor()),
        air3("Java", new Lz4JavaCompressor(), new Lz4JavaDecompressor()),
        air3("native", new Lz4NativeCompressor(), new Lz4NativeDecompressor()));
  }

  private static Library lz4Java(String name, LZ4Factory factory) {
    var compressor = factory.fastCompressor();
    var decompressor = factory.safeDecompressor();
    return new Library(name, compressor::maxCompressedLength,
        (source, target) -> compressor.compress(source, 0, source.length, target, 0, target.length),
        (source, length, target, from, size) -> decompressor.decompress(source, 0, length, target, from, size));
  }

  /** Returns those that compress in Zstandard frames. */
  public static List<Library> zstd() {
    return List.of(contexts("zstd-jni, level 3, contexts kept", 3),
        new Library("zstd-jni, level 3, a context each time", length -> (int) Zstd.compressBound(length),
            (source, target) -> checked(
                Zstd.compressByteArray(target, 0, target.length, source, 0, source.length, 3)),
            (source, length, target, from, size) -> checked(
                Zstd.decompressByteArray(target, from, size, source, 0, length))),
        contexts("zstd-jni, level 1, contexts kept", 1), contexts("zstd-jni, level -3, contexts kept", -3),
        air2(new io.airlift.compress.zstd.ZstdCompressor(), new io.airlift.compress.zstd.ZstdDecompressor()),
        air3("Java", new ZstdJavaCompressor(), new ZstdJavaDecompressor()),
        air3("native", new ZstdNativeCompressor(), new ZstdNativeDecompressor()));
  }

  private static Library air2(io.airlift.compress.Compressor compressor,
      io.airlift.compress.Decompressor decompressor) {
    return new Library("aircompressor 2, Unsafe", compressor::maxCompressedLength,
        (source, target) -> compressor.compress(source, 0, source.length, target, 0, target.length),
        (source, length, target, from, size) -> decompressor.decompress(source, 0, length, target, from, size));
  }

  private static Library air3(String kind, Compressor compressor, Decompressor decompressor) {
    return new Library("aircompressor 3, " + kind, compressor::maxCompressedLength,
        (source, target) -> compressor.compress(source, 0, source.length, target, 0, target.length),
        (source, length, target, from, size) -> decompressor.decompress(source, 0, length, target, from, size));
  }

  @SuppressWarnings("MustBeClosed") // as long as the program
  private static Library contexts(String name, int level) {
    var compressor = new ZstdCompressCtx().setLevel(level);
    var decompressor = new ZstdDecompressCtx();
    return new Library(name, length -> (int) Zstd.compressBound(length),
        (source, target) -> compressor.compressByteArray(target, 0, target.length, source, 0, source.length),
        (source, length, target, from, size) -> decompressor.decompressByteArray(target, from, size, source, 0,
            length));
  }

  private static int checked(long result) {
    if (Zstd.isError(result)) {
      throw new IllegalArgumentException(Zstd.getErrorName(result));
    }
    return (int) result;
  }
}
