package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.shard.ShardedWal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code shards} and {@code checkpoints}. */
final class ShardsTest {

  @TempDir
  private Path temporary;

  private List<Path> roots() {
    return List.of(temporary.resolve("a"), temporary.resolve("b"));
  }

  private ShardedWal open() {
    return ShardedWal.open(roots(), WalOptions.builder().maxSegmentSize(4096).build(), 3);
  }

  private static void fill(ShardedWal log, int from, int to) {
    for (var i = from; i < to; i++) {
      log.append(("key " + i).getBytes(StandardCharsets.UTF_8), new byte[100]);
    }
  }

  @Test
  void shardsListsThemAlsoBesideTheWriter() {
    try (var log = open()) {
      fill(log, 0, 300);
      log.createCheckpoint("c");
      var result = Cli.holdfast("shards", roots().get(0), roots().get(1)).exits(ExitCode.OK)
          .says("3 shards on 2 roots, keys routed by XXH64, 1 checkpoint");
      assertEquals(5, result.lines().size(), result.out());
      assertTrue(result.lines().get(3).matches(" +1  .*/b +0 +\\d+ +\\d+ +\\d+ +\\d+ +\\S+ \\S+"), result.out());
      Cli.holdfast("shards", roots().get(0), roots().get(1), "--json").exits(ExitCode.OK)
          .says("{\"shardCount\":3,\"routing\":\"XXH64\",\"roots\":2,\"checkpoints\":1,\"shards\":[{\"shard\":0,");
    }
  }

  @Test
  void checkpointsAreListedOldestFirstWithWhatIsPruned() {
    try (var log = open()) {
      log.createCheckpoint("first");
      fill(log, 0, 600);
      log.createCheckpoint("second\u001b[2J");
      log.pruneBefore("second\u001b[2J");
    }
    var result = Cli.holdfast("checkpoints", roots().get(0), roots().get(1)).exits(ExitCode.OK);
    assertTrue(result.lines().get(1).matches("first +\\S+Z +0  pruned +\\[0, 0, 0]"), result.out());
    assertTrue(result.lines().get(2).startsWith("second\\x1B[2J"), result.out());
    assertTrue(result.lines().get(2).matches(".* 600  yes +\\[\\d+, \\d+, \\d+]"), result.out());
    Cli.holdfast("checkpoints", roots().get(0), roots().get(1), "--json", "--id", "first").exits(ExitCode.OK)
        .says("\"id\":\"first\"").says("\"offsets\":[0,0,0],\"restorable\":false");
    Cli.holdfast("checkpoints", roots().get(0), roots().get(1), "--id", "third").exits(ExitCode.NOT_FOUND)
        .complains("there is no checkpoint 'third'");
  }

  @Test
  void whatIsNoShardedLogIsNamed() {
    open().close();
    Cli.holdfast("shards", roots().get(0)).exits(ExitCode.NOT_FOUND).complains("has 2 roots, but 1 were given");
    Cli.holdfast("checkpoints", roots().get(1), roots().get(0)).exits(ExitCode.NOT_FOUND).complains("is root 1 of 2");
    Cli.holdfast("shards", temporary.resolve("nothing")).exits(ExitCode.NOT_FOUND).complains("nothing");
    Wal.open(temporary.resolve("plain")).close();
    Cli.holdfast("shards", temporary.resolve("plain")).exits(ExitCode.NOT_FOUND).complains("not sharded");
    Cli.given("x\n").run("append", roots().get(0), "s").exits(ExitCode.NOT_FOUND)
        .complains("sharded log with 3 shards");
    Cli.holdfast("streams", roots().get(1), "--names").exits(ExitCode.OK).says("shard-00001");
  }
}
