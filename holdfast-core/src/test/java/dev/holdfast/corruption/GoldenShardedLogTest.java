package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecordCursor;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.LogFormat;
import dev.holdfast.shard.Checkpoint;
import dev.holdfast.shard.ShardedWal;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * A sharded log of version 1, of three shards over two roots, as it was written once ({@code golden/v1/sharded}; again
 * with {@code -Dholdfast.golden.write=true}, which nobody does for a version that has been released). What keys belong
 * to which shard, and where checkpoints point, stands here as figures: neither may change with the code.
 */
class GoldenShardedLogTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1", "sharded");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.golden.write");
  private static final int SHARDS = 3;
  private static final int KEYS = 16;

  /** The keys of each shard, by number: worked out from FORMAT.md by a program that shares nothing with Holdfast. */
  private static final List<List<Integer>> KEYS_OF_SHARDS = List.of(List.of(0, 8, 9, 12, 13),
      List.of(2, 3, 4, 5, 7, 10, 11, 14), List.of(1, 6, 15));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void write() throws IOException {
    var roots = List.of(new MemoryDirectory(), new MemoryDirectory());
    try (var log = ShardedWal.openIn(roots, WalOptions.defaults(), SHARDS)) {
      append(log, 0, 4);
      log.createCheckpoint("compacted away");
      append(log, 4, 8);
      log.createCheckpoint("zweiter ✓");
      log.compactCheckpoints(1);
      append(log, 8, KEYS);
      log.createCheckpoint(new byte[]{(byte) 0xFF, 0});
    }
    for (var root = 0; root < roots.size(); root++) {
      for (var file : LogImage.of(roots.get(root)).without("LOCK.owner").files().entrySet()) {
        var path = GOLDEN.resolve("root-" + root).resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
    }
  }

  private static void append(ShardedWal log, int from, int to) {
    for (var i = from; i < to; i++) {
      log.append(bytes("key-" + i), bytes("value-" + i));
    }
  }

  private static List<LogImage> images() throws IOException {
    if (WRITE) {
      write();
    }
    return List.of(LogImage.of(GOLDEN.resolve("root-0")), LogImage.of(GOLDEN.resolve("root-1")));
  }

  private static List<Directory> golden() throws IOException {
    return images().stream().<Directory>map(LogImage::toDirectory).toList();
  }

  private static List<String> values(RecordCursor cursor) {
    var values = new ArrayList<String>();
    try (cursor) {
      while (cursor.next()) {
        values.add(new String(cursor.copyPayload(), StandardCharsets.UTF_8));
      }
    }
    return values;
  }

  private static List<String> valuesOf(List<Integer> keys, int from) {
    return keys.stream().filter(key -> key >= from).map(key -> "value-" + key).toList();
  }

  @Test
  @DisplayName("records, checkpoints and what comes after them are read")
  void isRead() throws IOException {
    try (var log = ShardedWal.openReadOnlyIn(golden(), WalOptions.defaults())) {
      assertEquals(SHARDS, log.shardCount());
      var checkpoints = log.checkpoints();
      assertEquals(List.of("zweiter ✓", "0xff00"), checkpoints.stream().map(Checkpoint::idText).toList());
      for (var shard = 0; shard < SHARDS; shard++) {
        var keys = KEYS_OF_SHARDS.get(shard);
        assertTrue(keys.stream().anyMatch(key -> key < 8) && keys.stream().anyMatch(key -> key >= 8), "too few keys");
        assertEquals(valuesOf(keys, 0), values(log.read(shard, 0)));
        assertEquals(valuesOf(keys, 8), values(log.readAfter(checkpoints.getFirst(), shard)));
        assertEquals(List.of(), values(log.readAfter(checkpoints.getLast(), shard)));
      }
    }
  }

  @Test
  @DisplayName("keys belong where they belonged, and the log goes on")
  void canBeWrittenOn() throws IOException {
    var roots = golden();
    try (var log = ShardedWal.openIn(roots, WalOptions.defaults(), SHARDS)) {
      for (var shard = 0; shard < SHARDS; shard++) {
        for (var key : KEYS_OF_SHARDS.get(shard)) {
          var position = log.append(bytes("key-" + key), bytes("again"));
          assertEquals(shard, position.shard());
          assertTrue(position.id() >= KEYS_OF_SHARDS.get(shard).size());
        }
      }
      log.createCheckpoint("third");
    }
    try (var log = ShardedWal.openReadOnlyIn(roots, WalOptions.defaults())) {
      assertEquals("third", log.latestCheckpoint().orElseThrow().idText());
      assertEquals(3, log.checkpoints().size());
    }
  }

  @Test
  @DisplayName("what FORMAT says is encoded today as it was")
  void formatHasNotChanged() throws IOException {
    for (var image : images()) {
      var file = image.get("FORMAT");
      var encoded = Objects.requireNonNull(LogFormat.decode(file)).encode();
      var bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      assertArrayEquals(file, bytes);
    }
  }
}
