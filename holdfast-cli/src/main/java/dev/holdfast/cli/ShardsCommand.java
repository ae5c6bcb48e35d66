package dev.holdfast.cli;

import dev.holdfast.shard.ShardedWal;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;

/** Lists the shards of a sharded log. */
@Command(name = "shards", description = {"Lists the shards of a sharded log.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast shards data", "  holdfast shards /disk1/ledger /disk2/ledger --json"})
final class ShardsCommand extends ShardedLogCommand {

  @Override
  int run(ShardedWal log) {
    if (json()) {
      out().line(new JsonObject().put("shardCount", log.shardCount()).put("routing", log.routing())
          .put("roots", roots().size()).put("checkpoints", log.checkpoints().size())
          .put("shards", IntStream.range(0, log.shardCount()).mapToObj(shard -> json(log, shard)).toList()).toString());
    } else {
      print(log);
    }
    return ExitCode.OK;
  }

  private String rootOf(int shard) {
    return roots().get(shard % roots().size()).toString();
  }

  private JsonObject json(ShardedWal log, int shard) {
    var segments = log.segments(shard);
    return new JsonObject().put("shard", shard).put("root", rootOf(shard))
        .put("firstId", log.firstIds()[shard]).put("nextId", log.nextIds()[shard])
        .put("durableEnd", log.durableEnds()[shard]).put("segments", segments.size())
        .put("sizeBytes", StreamsCommand.size(segments));
  }

  private void print(ShardedWal log) {
    var table = new Table(">SHARD", "ROOT", ">FIRST ID", ">NEXT ID", ">DURABLE", ">RECORDS", ">SEGMENTS", ">SIZE");
    var firstIds = log.firstIds();
    var nextIds = log.nextIds();
    var durableEnds = log.durableEnds();
    for (var shard = 0; shard < log.shardCount(); shard++) {
      var segments = log.segments(shard);
      table.row(Integer.toString(shard), Text.visible(rootOf(shard)), Long.toString(firstIds[shard]),
          Long.toString(nextIds[shard]), Long.toString(durableEnds[shard]),
          Text.count(nextIds[shard] - firstIds[shard]), Text.count(segments.size()),
          Text.size(StreamsCommand.size(segments)));
    }
    out().line(Text.count(log.shardCount(), "shard") + " on " + Text.count(roots().size(), "root")
        + ", keys routed by " + log.routing() + ", " + Text.count(log.checkpoints().size(), "checkpoint"));
    table.print(terminal(), "");
  }
}
