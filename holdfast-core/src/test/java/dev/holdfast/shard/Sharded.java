package dev.holdfast.shard;

import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** What the tests of sharded logs share. */
final class Sharded {
  static final WalOptions SMALL = WalOptions.builder().maxSegmentSize(4096).syncPolicy(SyncPolicy.STRICT).build();

  private Sharded() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static List<Directory> memory(int roots) {
    return IntStream.range(0, roots).<Directory>mapToObj(_ -> new MemoryDirectory()).toList();
  }

  /** Returns the records of a shard from an id on. */
  static List<String> records(ShardedWal log, int shard, long from) {
    try (var cursor = log.read(shard, from)) {
      return records(cursor);
    }
  }

  static List<String> records(RecordCursor cursor) {
    var records = new ArrayList<String>();
    while (cursor.next()) {
      records.add(text(cursor.copyPayload()));
    }
    return records;
  }

  /** Returns a key of this shard. */
  static byte[] keyOf(ShardedWal log, int shard) {
    return IntStream.range(0, 1_000_000).mapToObj(i -> bytes("key-" + i)).filter(key -> log.shardFor(key) == shard)
        .findFirst().orElseThrow();
  }

  /** Deletes a directory with all that is in it. */
  static void deleteTree(Directory parent, String name) throws IOException {
    var directory = parent.subdirectory(name);
    for (var file : directory.list()) {
      directory.delete(file);
    }
    parent.delete(name);
  }
}
