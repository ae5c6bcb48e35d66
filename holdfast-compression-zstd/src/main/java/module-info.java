import dev.holdfast.Compressor;
import dev.holdfast.compression.zstd.ZstdCompressor;
import org.jspecify.annotations.NullMarked;

/** Compression in Zstandard, found by a log that asks for it. */
@NullMarked
module dev.holdfast.compression.zstd {
  requires static transitive org.jspecify;
  requires transitive dev.holdfast;
  requires com.github.luben.zstd_jni;

  exports dev.holdfast.compression.zstd;

  provides Compressor with
      ZstdCompressor;
}
