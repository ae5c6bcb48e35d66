package dev.holdfast.internal.stream;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import dev.holdfast.WalOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compresses what is appended to a stream, as its options say. Safe for use by many threads. */
final class Packer {
  private final FrameCompression shared;
  private final @Nullable Compressor compressor;
  private final int minSize;

  Packer(WalOptions options, FrameCompression shared) {
    this.shared = shared;
    this.compressor = options.compressor(options.compression()).orElse(null);
    this.minSize = options.compression() == Compression.NONE ? Integer.MAX_VALUE : options.minCompressionSize();
  }

  /** Returns a record compressed, or null if it is to be stored as it is. */
  @Nullable
  Packed pack(byte[] source, int offset, int length) {
    if (length < minSize || compressor == null) {
      return null;
    }
    var packed = shared.take();
    return kept(packed, packed.pack(compressor, source, offset, length));
  }

  /** Returns a batch whose payload takes {@code length} bytes compressed, or null if it is to be stored as it is. */
  @Nullable
  Packed pack(List<byte[]> records, int length) {
    if (length < minSize || compressor == null) {
      return null;
    }
    var packed = shared.take();
    return kept(packed, packed.pack(compressor, records, length));
  }

  private static @Nullable Packed kept(Packed packed, boolean smaller) {
    if (smaller) {
      return packed;
    }
    packed.close();
    return null;
  }
}
