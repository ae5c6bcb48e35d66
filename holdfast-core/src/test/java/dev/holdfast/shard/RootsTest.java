package dev.holdfast.shard;

import static dev.holdfast.shard.Sharded.SMALL;
import static dev.holdfast.shard.Sharded.bytes;
import static dev.holdfast.shard.Sharded.deleteTree;
import static dev.holdfast.shard.Sharded.memory;
import static dev.holdfast.shard.Sharded.records;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.CorruptionException;
import dev.holdfast.ShardCountMismatchException;
import dev.holdfast.Wal;
import dev.holdfast.WalLockedException;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The roots of a log belong together, and nothing else is taken for one. */
@Timeout(60)
class RootsTest {
  @TempDir
  private Path temporary;

  private Path a() {
    return temporary.resolve("a");
  }

  private Path b() {
    return temporary.resolve("b");
  }

  private Path c() {
    return temporary.resolve("c");
  }

  private static String refused(List<Path> roots) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> ShardedWal.open(roots, SMALL, 4)).getMessage());
  }

  private void create() {
    try (var log = ShardedWal.open(List.of(a(), b(), c()), SMALL, 4)) {
      log.append(bytes("k"), bytes("v"));
    }
  }

  @Test
  void reopeningWithAnotherNumberOfShardsIsRefusedAndBothAreNamed() { // KNOWN-FAILURES 28
    create();
    var refused = assertThrows(ShardCountMismatchException.class,
        () -> ShardedWal.open(List.of(a(), b(), c()), SMALL, 8));
    assertEquals(List.of(4, 8), List.of(refused.stored(), refused.requested()));
    var message = String.valueOf(refused.getMessage());
    assertTrue(message.contains("4 shards") && message.contains("with 8") && message.contains("XXH64"), message);
    try (var log = ShardedWal.open(List.of(a(), b(), c()), SMALL)) {
      assertEquals(4, log.shardCount());
      assertEquals(List.of("v"), records(log, log.shardFor(bytes("k")), 0));
    }
  }

  @Test
  void aMissingRootIsNamedAndNotMade() throws Exception {
    create();
    Files.move(b(), temporary.resolve("elsewhere"));
    assertTrue(refused(List.of(a(), b(), c())).contains(b().toString()));
    assertFalse(Files.exists(b()));
    assertTrue(assertThrows(IllegalArgumentException.class, () -> ShardedWal.open(List.of(a(), b(), c()), SMALL))
        .toString().contains(b().toString()));
  }

  @Test
  void anEmptyDirectoryInThePlaceOfARootIsNamedAndLeftEmpty() throws Exception { // a disk that is not mounted
    for (var place : List.of(a(), b(), c())) {
      create();
      Files.move(place, temporary.resolve("elsewhere"));
      Files.createDirectory(place);
      assertTrue(refused(List.of(a(), b(), c())).contains(place.toRealPath().toString()));
      try (var list = Files.list(place)) {
        assertEquals(0, list.count());
      }
      Files.delete(place);
      Files.move(temporary.resolve("elsewhere"), place);
    }
    create();
  }

  @Test
  void rootsInAnotherOrderAreNamed() {
    create();
    assertTrue(refused(List.of(a(), c(), b())).contains("/c is root 2 of 3"));
    assertTrue(refused(List.of(b(), a(), c())).contains("/b is root 1 of 3"));
  }

  @Test
  void aRootOfAnotherLogIsNamed() {
    create();
    var other = List.of(temporary.resolve("x"), temporary.resolve("y"), temporary.resolve("z"));
    ShardedWal.open(other, SMALL, 4).close();
    assertTrue(refused(List.of(a(), other.get(1), c())).contains("/y, given as root 1, belongs to another log"));
  }

  @Test
  void tooFewAndTooManyRootsAreRefused() {
    create();
    assertTrue(refused(List.of(a(), b())).contains("has 3 roots, but 2 were given"));
    var d = temporary.resolve("d");
    assertTrue(refused(List.of(a(), b(), c(), d)).contains("/d"));
    assertFalse(Files.exists(d));
    assertTrue(refused(List.of(a(), a(), c())).contains("is there twice"));
    assertTrue(refused(List.of()).contains("empty"));
  }

  @Test
  void aLogThatIsNotShardedAndAShardedOneAreNotTakenForEachOther() {
    Wal.open(a(), SMALL).close();
    assertTrue(refused(List.of(a())).contains("not sharded"));
    assertTrue(refused(List.of(b(), a())).contains("/a"));
    ShardedWal.open(c(), SMALL, 4).close();
    var message = assertThrows(IllegalArgumentException.class, () -> Wal.open(c(), SMALL)).toString();
    assertTrue(message.contains("sharded log with 4 shards") && message.contains("ShardedWal.open"), message);
  }

  @Test
  void aRootCanBeReadAloneByToolsThatKnowNothingOfShards() {
    create();
    try (var wal = Wal.openReadOnly(b(), SMALL)) {
      assertEquals(List.of("shard-00001"), wal.streamNames());
    }
  }

  @Test
  void aDirectoryThatHoldsSomethingElseIsLeftAlone() throws Exception {
    Files.createDirectory(b());
    Files.writeString(b().resolve("letter"), "dear");
    assertTrue(refused(List.of(a(), b())).contains("letter"));
  }

  @Test
  void fewerShardsThanRootsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ShardedWal.openIn(memory(3), SMALL, 2));
    assertThrows(IllegalArgumentException.class, () -> ShardedWal.openIn(memory(1), SMALL, 65_536));
    assertThrows(IllegalArgumentException.class, () -> ShardedWal.openIn(memory(1), SMALL, 0));
    assertThrows(IllegalArgumentException.class, () -> ShardedWal.openIn(memory(1), SMALL));
  }

  @Test
  void oneWriterAtATime() {
    try (var _ = ShardedWal.open(List.of(a(), b()), SMALL, 4)) {
      assertThrows(WalLockedException.class, () -> ShardedWal.open(List.of(a(), b()), SMALL, 4));
    }
    ShardedWal.open(List.of(a(), b()), SMALL, 4).close();
  }

  @Test
  void aShardThatIsMissingIsNamedNotEmpty() throws Exception {
    create();
    var streams = b().resolve("streams");
    Files.move(streams.resolve("shard-00001"), temporary.resolve("elsewhere"));
    for (var reading : List.of(false, true)) {
      var corrupt = assertThrows(CorruptionException.class,
          () -> (reading
              ? ShardedWal.openReadOnly(List.of(a(), b(), c()), SMALL)
              : ShardedWal.open(List.of(a(), b(), c()), SMALL, 4)).close());
      assertTrue(corrupt.file().contains(b().toRealPath() + "/streams/shard-00001"), corrupt::toString);
    }
  }

  @Test
  void aStreamOfCheckpointsThatIsMissingIsNamedIfThereAreRecords() throws Exception {
    var root = new MemoryDirectory();
    try (var log = ShardedWal.openIn(List.of(root), SMALL, 2)) {
      log.append(bytes("k"), bytes("v"));
    }
    deleteTree(root.subdirectory("system"), "checkpoints");
    assertThrows(CorruptionException.class, () -> ShardedWal.openIn(List.of(root), SMALL));
  }

  @Test
  void aShardRestoredFromACopyOlderThanACheckpointIsRefused() throws Exception {
    Directory root = new MemoryDirectory();
    try (var log = ShardedWal.openIn(List.of(root), SMALL, 1)) {
      for (var i = 0; i < 500; i++) {
        log.append(bytes("k"), bytes("value " + i));
      }
      log.createCheckpoint("c");
    }
    var streams = root.subdirectory("streams");
    deleteTree(streams, "shard-00000");
    var other = new MemoryDirectory();
    try (var log = ShardedWal.openIn(List.of(other), SMALL, 1)) {
      log.append(bytes("k"), bytes("only one"));
    }
    copy(other.subdirectory("streams").subdirectory("shard-00000"), streams.createSubdirectory("shard-00000"));
    var corrupt = assertThrows(CorruptionException.class, () -> ShardedWal.openIn(List.of(root), SMALL));
    assertTrue(String.valueOf(corrupt.getMessage()).contains("checkpoint 'c'"), corrupt::toString);
  }

  private static void copy(Directory from, Directory to) throws IOException {
    for (var name : from.list()) {
      var bytes = from.read(name, 1 << 20);
      try (var file = to.create(name, bytes.length)) {
        file.write(ByteBuffer.wrap(bytes), 0);
      }
    }
  }
}
