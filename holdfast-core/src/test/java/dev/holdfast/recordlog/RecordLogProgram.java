package dev.holdfast.recordlog;

import static dev.holdfast.recordlog.Records.bytes;

import dev.holdfast.RecordLog;
import dev.holdfast.internal.recordlog.Headers;
import dev.holdfast.internal.recordlog.OpenRecordLog;
import dev.holdfast.recordlog.RecordLogProgram.Command;
import dev.holdfast.recordlog.RecordLogProgram.Promised;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Appends to a record log that outgrows its file, closes and opens it; what that promises must be kept. */
final class RecordLogProgram implements CrashProgram<Command, Promised> {
  private static final String NAME = "log";

  /**
   * What is done.
   *
   * @param records how many records are appended; 0: the log is closed and opened
   * @param length of each record in bytes
   */
  record Command(int records, int length) {}

  /**
   * What was promised.
   *
   * @param parts what was or is being appended, each all or nothing
   * @param acknowledged how many parts
   */
  record Promised(List<List<String>> parts, int acknowledged) {
    List<String> first(int count) {
      return parts.subList(0, count).stream().flatMap(List::stream).toList();
    }

    Promised appending(List<String> records) {
      var more = new ArrayList<>(parts);
      more.add(List.copyOf(records));
      return new Promised(List.copyOf(more), acknowledged);
    }

    Promised appended() {
      return new Promised(parts, parts.size());
    }

    /** Returns what is promised when this was found; throws if it may not be found. */
    Promised found(List<String> found) {
      for (var n = acknowledged; n <= parts.size(); n++) {
        if (found.equals(first(n))) {
          return new Promised(parts.subList(0, n), n);
        }
      }
      throw new AssertionError("found " + found + ", promised " + this);
    }
  }

  @Override
  public String name() {
    return "record log";
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    return IntStream.range(0, 12).mapToObj(_ -> switch (random.nextInt(5)) {
      case 0 -> new Command(0, 0);
      case 1 -> new Command(2 + random.nextInt(3), random.nextInt(600));
      case 2 -> new Command(1, 500 + random.nextInt(3000));
      default -> new Command(1, random.nextInt(300));
    }).toList();
  }

  @Override
  public Promised nothing() {
    return new Promised(List.of(), 0);
  }

  private static RecordLog open(SimulatedDisk disk, SplittableRandom random) {
    return OpenRecordLog.forWriting(disk.root(), NAME, new Headers(() -> Instant.ofEpochMilli(1_700_000_000_000L),
        random));
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<Promised> promises) {
    var random = new SplittableRandom(1);
    var log = open(disk, random);
    try {
      for (var command : commands) {
        if (command.records == 0) {
          log.close();
          log = open(disk, random);
        } else {
          append(log, command, promises);
        }
      }
    } finally {
      log.close();
    }
  }

  private static void append(RecordLog log, Command command, Promises<Promised> promises) {
    var first = promises.current().first(promises.current().parts().size()).size();
    var records = IntStream.range(first, first + command.records)
        .mapToObj(n -> n + ":" + "abcdefghij".repeat(command.length / 10 + 1).substring(0, command.length)).toList();
    promises.are(promises.current().appending(records));
    if (records.size() == 1) {
      log.append(bytes(records.getFirst()));
    } else {
      log.appendBatch(bytes(records));
    }
    promises.are(promises.current().appended());
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Promised> promises, Outage outage, SplittableRandom random)
      throws IOException {
    var readOnly = disk.root().exists(NAME) ? readOnly(disk) : List.<String>of();
    try (var log = open(disk, random)) {
      var found = Records.of(log);
      if (!found.equals(readOnly)) {
        throw new AssertionError("read " + readOnly + ", then opened with " + found);
      }
      promises.are(promises.current().found(found));
      append(log, new Command(1 + random.nextInt(2), random.nextInt(2000)), promises);
      promises.are(promises.current().found(Records.of(log)));
    }
  }

  private static List<String> readOnly(SimulatedDisk disk) {
    try (var log = RecordLog.openReadOnly(disk.root(), NAME)) {
      return Records.of(log);
    }
  }
}
