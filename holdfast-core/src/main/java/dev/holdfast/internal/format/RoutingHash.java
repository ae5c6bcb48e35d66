package dev.holdfast.internal.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Which shard a key belongs to: XXH64 with seed 0, as the xxHash specification describes it, reduced to a shard by
 * taking the high half of its product with the number of shards. Part of the format: it must never give anything else.
 *
 * <pre>
 * lanes    4 accumulators, 8 bytes each per round; only for keys of 32 bytes and more
 * tail     what is left, by 8, 4 and 1 bytes
 * mixing   three shifts and two multiplications
 * shard    floor(hash × shards ÷ 2^64), the hash unsigned: each gets 2^64 ÷ shards hashes, give or take one
 * </pre>
 */
public final class RoutingHash {
  /** What FORMAT calls it. */
  public static final int XXH64 = 1;
  /** What people call it. */
  public static final String NAME = "XXH64";

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final int STRIPE = 32;

  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private RoutingHash() {}

  /** Returns the shard of a key, from 0 to {@code shards} − 1. */
  public static int shardOf(byte[] key, int shards) {
    return (int) Math.unsignedMultiplyHigh(hash(key, 0), shards);
  }

  /** Returns the XXH64 of the bytes. */
  static long hash(byte[] bytes, long seed) {
    var hash = bytes.length >= STRIPE ? stripes(bytes, seed) : seed + PRIME_5;
    return mix(tail(bytes, bytes.length - bytes.length % STRIPE, hash + bytes.length));
  }

  private static long stripes(byte[] bytes, long seed) {
    var a = seed + PRIME_1 + PRIME_2;
    var b = seed + PRIME_2;
    var c = seed;
    var d = seed - PRIME_1;
    for (var at = 0; at <= bytes.length - STRIPE; at += STRIPE) {
      a = round(a, (long) LONGS.get(bytes, at));
      b = round(b, (long) LONGS.get(bytes, at + 8));
      c = round(c, (long) LONGS.get(bytes, at + 16));
      d = round(d, (long) LONGS.get(bytes, at + 24));
    }
    var hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
    hash = merge(hash, a);
    hash = merge(hash, b);
    hash = merge(hash, c);
    return merge(hash, d);
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
  }

  private static long tail(byte[] bytes, int from, long begun) {
    var hash = begun;
    var at = from;
    for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
      hash = Long.rotateLeft(hash ^ round(0, (long) LONGS.get(bytes, at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at <= bytes.length - Integer.BYTES) {
      hash = Long.rotateLeft(hash ^ Integer.toUnsignedLong((int) INTS.get(bytes, at)) * PRIME_1, 23) * PRIME_2
          + PRIME_3;
      at += Integer.BYTES;
    }
    for (; at < bytes.length; at++) {
      hash = Long.rotateLeft(hash ^ Byte.toUnsignedLong(bytes[at]) * PRIME_5, 11) * PRIME_1;
    }
    return hash;
  }

  private static long mix(long unmixed) {
    var hash = (unmixed ^ (unmixed >>> 33)) * PRIME_2;
    hash = (hash ^ (hash >>> 29)) * PRIME_3;
    return hash ^ (hash >>> 32);
  }
}
