package dev.holdfast.internal.stream;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The decompressed payloads of frames read by id, as many as fit a number of bytes. Safe for use by many threads.
 *
 * <p>
 * A segmented LRU (Karedla, Love, Wherry: Caching strategies to improve disk system performance, 1994): what was asked
 * for once can be displaced only by what was asked for once, so that reading many records once does not displace what
 * is read again and again. Split into shards, each under a lock held for a few map operations.
 *
 * <p>
 * What is found is always right, whatever was truncated or deleted meanwhile: the salt in a key is drawn anew for each
 * segment of each history, and the checksum is the one that the frame has in the file now. {@link #forget} only gives
 * memory back.
 */
final class BlockCache {
  /** What an entry takes beside its bytes, about. */
  static final int OVERHEAD = 192;
  private static final int MOST_SHARDS = 8;
  private static final long SMALLEST_SHARD = 1 << 20;

  private final Shard[] shards;

  /**
   * A frame.
   *
   * @param salt of its segment
   * @param offset where in it
   * @param checksum its checksum field
   */
  record Key(long salt, long offset, int checksum) {
    @Override
    public int hashCode() {
      var mixed = (salt + offset) * 0x9E37_79B9_7F4A_7C15L;
      return (int) (mixed >>> 32) ^ checksum;
    }
  }

  /**
   * What a frame holds.
   *
   * @param stream whose it is
   * @param firstId the id of its first record
   * @param endId the id after its last
   * @param payload shared by many threads: read by index only
   */
  record Block(Object stream, long firstId, long endId, ByteBuffer payload) {
    long size() {
      return payload.capacity() + (long) OVERHEAD;
    }
  }

  /** Creates a cache of at most {@code bytes}. */
  BlockCache(long bytes) {
    var count = Math.clamp(bytes / SMALLEST_SHARD, 1, MOST_SHARDS);
    shards = new Shard[count];
    for (var i = 0; i < count; i++) {
      shards[i] = new Shard(bytes / count);
    }
  }

  /** Returns what a frame holds, if it is kept; shared by many threads: read by index only. */
  @Nullable
  ByteBuffer get(Key key) {
    return shardOf(key).get(key);
  }

  /** Keeps what a frame holds, if it is not too large for that. */
  void put(Key key, Block block) {
    shardOf(key).put(key, block);
  }

  /** Forgets the frames of a stream that hold records from {@code fromId} to before {@code endId}. */
  void forget(Object stream, long fromId, long endId) {
    for (var shard : shards) {
      shard.forget(stream, fromId, endId);
    }
  }

  /** Returns the bytes taken. */
  long size() {
    var sum = 0L;
    for (var shard : shards) {
      sum += shard.size();
    }
    return sum;
  }

  private Shard shardOf(Key key) {
    return shards[(key.hashCode() & Integer.MAX_VALUE) % shards.length];
  }

  /** A part of the cache. */
  private static final class Shard {
    private final long limit;
    private final long protectedLimit;
    private final ReentrantLock lock = new ReentrantLock();
    // guarded by lock; both from the one used longest ago to the one used last
    private final LinkedHashMap<Key, Block> once = new LinkedHashMap<>();
    private final LinkedHashMap<Key, Block> again = new LinkedHashMap<>(16, 0.75f, true);
    private long onceSize;
    private long againSize;

    Shard(long limit) {
      this.limit = limit;
      this.protectedLimit = limit / 5 * 4;
    }

    @Nullable
    ByteBuffer get(Key key) {
      lock.lock();
      try {
        var known = again.get(key);
        if (known == null) {
          known = once.remove(key);
          if (known == null) {
            return null;
          }
          onceSize -= known.size();
          protect(key, known);
        }
        return known.payload();
      } finally {
        lock.unlock();
      }
    }

    /**
     * Keeps what was asked for a second time; what was asked for again longest ago makes room and has a last chance.
     */
    private void protect(Key key, Block block) {
      again.put(key, block);
      againSize += block.size();
      while (againSize > protectedLimit) {
        var eldest = again.pollFirstEntry();
        againSize -= eldest.getValue().size();
        admit(eldest);
      }
    }

    private void admit(Map.Entry<Key, Block> entry) {
      once.put(entry.getKey(), entry.getValue());
      onceSize += entry.getValue().size();
    }

    void put(Key key, Block block) {
      if (block.size() > limit) {
        return;
      }
      lock.lock();
      try {
        if (again.containsKey(key) || once.containsKey(key)) {
          return; // somebody else has read it meanwhile
        }
        admit(Map.entry(key, block));
        while (onceSize + againSize > limit) {
          onceSize -= once.pollFirstEntry().getValue().size();
        }
      } finally {
        lock.unlock();
      }
    }

    void forget(Object stream, long fromId, long endId) {
      lock.lock();
      try {
        onceSize -= forgetIn(once, stream, fromId, endId);
        againSize -= forgetIn(again, stream, fromId, endId);
      } finally {
        lock.unlock();
      }
    }

    private static long forgetIn(Map<Key, Block> blocks, Object stream, long fromId, long endId) {
      var freed = 0L;
      for (var iterator = blocks.values().iterator(); iterator.hasNext();) {
        var block = iterator.next();
        if (block.stream().equals(stream) && block.firstId() < endId && block.endId() > fromId) {
          freed += block.size();
          iterator.remove();
        }
      }
      return freed;
    }

    long size() {
      lock.lock();
      try {
        return onceSize + againSize;
      } finally {
        lock.unlock();
      }
    }
  }
}
