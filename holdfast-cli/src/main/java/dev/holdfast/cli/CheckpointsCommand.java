package dev.holdfast.cli;

import dev.holdfast.shard.Checkpoint;
import dev.holdfast.shard.ShardedWal;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the checkpoints of a sharded log. */
@Command(name = "checkpoints", description = {"Lists the checkpoints of a sharded log, oldest first.",
    "Opens the log for reading only: safe beside a live writer."}, footerHeading = "%nExamples:%n",
    footer = {"  holdfast checkpoints data", "  holdfast checkpoints data --id 'end of day' --json"})
final class CheckpointsCommand extends ShardedLogCommand {

  @Option(names = "--id", paramLabel = "ID", description = "This one alone.")
  private @Nullable String id;

  @Override
  int run(ShardedWal log) {
    var checkpoints = id == null ? log.checkpoints() : List.of(find(log, id));
    var firstIds = log.firstIds();
    if (json()) {
      out().line(new JsonObject()
          .put("checkpoints", checkpoints.stream().map(each -> json(each, firstIds)).toList()).toString());
    } else {
      print(checkpoints, firstIds);
    }
    return ExitCode.OK;
  }

  private static Checkpoint find(ShardedWal log, String id) {
    return log.checkpoint(id)
        .orElseThrow(() -> new CommandException(ExitCode.NOT_FOUND, "there is no checkpoint '" + id + "'"));
  }

  private static JsonObject json(Checkpoint checkpoint, long[] firstIds) {
    return new JsonObject().put("id", checkpoint.idText()).put("time", checkpoint.time())
        .put("offsets", Arrays.stream(checkpoint.offsets()).boxed().toList())
        .put("restorable", isRestorable(checkpoint, firstIds));
  }

  private void print(List<Checkpoint> checkpoints, long[] firstIds) {
    var table = new Table("CHECKPOINT", "TIME", ">RECORDS", "RESTORABLE", "OFFSETS");
    for (var checkpoint : checkpoints) {
      var offsets = checkpoint.offsets();
      table.row(Text.visible(checkpoint.idText()), checkpoint.time().toString(),
          Text.count(Arrays.stream(offsets).sum()), isRestorable(checkpoint, firstIds) ? "yes" : "pruned",
          Arrays.toString(offsets));
    }
    table.print(terminal(), "");
  }

  /** Returns whether all records that a program needs to go on from a checkpoint are still there. */
  private static boolean isRestorable(Checkpoint checkpoint, long[] firstIds) {
    for (var shard = 0; shard < firstIds.length; shard++) {
      if (firstIds[shard] > checkpoint.offset(shard)) {
        return false;
      }
    }
    return true;
  }
}
