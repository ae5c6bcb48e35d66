package dev.holdfast.internal.stream;

import dev.holdfast.Compression;
import dev.holdfast.Compressor;
import dev.holdfast.WalOptions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of a log share for frames that are compressed; made as it is needed. Safe for use by many threads.
 */
public final class FrameCompression {
  private static final int SLOTS = 64;

  private final long cacheSize;
  private final Map<Compression, Compressor> found = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<Packed> idle = new AtomicReferenceArray<>(SLOTS);
  private volatile @Nullable BlockCache cache;

  /** Creates it for a log that is opened with these options. */
  public FrameCompression(WalOptions options) {
    this.cacheSize = options.blockCacheSize();
  }

  /** Returns a service for a format, or null if the program has none. */
  @Nullable
  Compressor service(Compression format) {
    var known = found.get(format);
    if (known == null) {
      known = Compressor.find(format).orElse(null);
      if (known != null) {
        found.put(format, known);
      }
    }
    return known;
  }

  /** Returns the cache, or null if there is to be none. */
  @Nullable
  BlockCache cache() {
    return cacheSize == 0 || cache != null ? cache : createCache();
  }

  private synchronized BlockCache createCache() {
    var known = cache;
    if (known == null) {
      known = new BlockCache(cacheSize);
      cache = known;
    }
    return known;
  }

  /** Gives the memory back that records of a stream from {@code fromId} to before {@code endId} take in the cache. */
  void forget(StreamView stream, long fromId, long endId) {
    var blocks = cache;
    if (blocks != null) {
      blocks.forget(stream, fromId, endId);
    }
  }

  Packed take() {
    var packed = idle.getAndSet(slot(), null);
    return packed == null ? new Packed(this) : packed;
  }

  void giveBack(Packed packed) {
    idle.set(slot(), packed);
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & SLOTS - 1;
  }
}
