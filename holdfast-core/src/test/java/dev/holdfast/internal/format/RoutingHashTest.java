package dev.holdfast.internal.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routing must never change: every log ever written depends on it. */
class RoutingHashTest {
  private static final long PRIME_32 = 0x9E3779B1L;
  private static final long PRIME_64 = 0x9E3779B185EBCA8DL;

  /** The buffer of xxHash's own sanity test (xxHash 0.8, cli/xsum_sanity_check.c). */
  private static byte[] sanityBuffer(int length) {
    var bytes = new byte[length];
    var generator = PRIME_32;
    for (var i = 0; i < length; i++) {
      bytes[i] = (byte) (generator >>> 56);
      generator *= PRIME_64;
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"0, 0, EF46DB3751D8E999", "0, 9E3779B1, AC75FDA2929B17EF", "1, 0, E934A84ADB052768",
      "1, 9E3779B1, 5014607643A9B4C3", "2, 0, 5D48CD60A77E23FF", "3, 0, FF7E1959CB50794A", "4, 0, 9136A0DCA57457EE",
      "8, 0, CDBCF538E71D1348", "9, 0, 554B1AE991EDA6B6", "14, 0, 8282DCC4994E35C8", "14, 9E3779B1, C3BD6BF63DEB6DF0",
      "16, 0, 98C90B57FDFCB55C", "31, 0, 299B39A290E6D783", "32, 0, 18B216492BB44B70", "33, 0, 55C8DC3E578F5B59",
      "64, 0, EF558F8ACAC2B5CD", "222, 0, B641AE8CB691C174", "222, 9E3779B1, 20CB8AB7AE10C14A",
      "256, 0, 5E3F5BF94D574981", "4096, 0, AB77F4AF85F4E70B", "4160, 0, EEE6A4E2AC952A5E"})
  void theReferenceVectorsOfXxhashHold(int length, String seed, String hash) {
    assertEquals(hash.toLowerCase(Locale.ROOT),
        hex(RoutingHash.hash(sanityBuffer(length), Long.parseLong(seed, 16))));
  }

  @ParameterizedTest
  @CsvSource({"'', ef46db3751d8e999", "a, d24ec4f1a98c6e5b", "abc, 44bc2cf5ad770999",
      "Nobody inspects the spammish repetition, fbcea83c8a378bf1"})
  void theVectorsOfTheFormatHold(String key, String hash) {
    assertEquals(hash, hex(RoutingHash.hash(key.getBytes(StandardCharsets.UTF_8), 0)));
  }

  private static String hex(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }

  /** The table of docs/FORMAT.md. */
  @ParameterizedTest
  @CsvSource({"'', 1, 0", "'', 16, 14", "a, 16, 13", "abc, 16, 4", "abc, 1000, 268", "abc, 65535, 17595",
      "account-4711, 16, 12", "Nobody inspects the spammish repetition, 16, 15"})
  void keysGoToTheShardsOfTheFormat(String key, int shards, int shard) {
    assertEquals(shard, RoutingHash.shardOf(key.getBytes(StandardCharsets.UTF_8), shards));
  }

  @Test
  void shardsGetEqualSharesOfKeys() {
    var random = new SplittableRandom(42);
    for (var shards : new int[]{1, 2, 3, 7, 16, 100}) {
      var counts = new int[shards];
      var keys = 10_000 * shards;
      for (var i = 0; i < keys; i++) {
        counts[RoutingHash.shardOf(("key-" + random.nextLong()).getBytes(StandardCharsets.UTF_8), shards)]++;
      }
      for (var count : counts) {
        assertTrue(Math.abs(count - 10_000) < 600, "a shard of " + shards + " got " + count + " of " + keys);
      }
    }
  }
}
