package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.RecoveryReport.Outcome;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.process.CutDisk.Cut;
import dev.holdfast.process.CutRun.Policy;
import dev.holdfast.process.CutRun.Round;
import dev.holdfast.storage.FsDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power of real file systems is cut while several threads write: what the test had been told of is there
 * afterwards. {@code -Dholdfast.cuts=500} for more of each (half as many where the disk below fails);
 * {@code -Dholdfast.cuts.seed=…} repeats the choices of a run, though not its timing.
 */
class PowerCutTest {
  private static final int CUTS = Integer.getInteger("holdfast.cuts", 30);
  private static final long SEED = Long.getLong("holdfast.cuts.seed", System.nanoTime());
  /** Some cuts come before anything was acknowledged. */
  private static final int CUTS_UNTIL_NOTICED = 10;

  @ParameterizedTest
  @CsvSource({"ext4, FILE_SYSTEM", "xfs, FILE_SYSTEM", "ext4, DISK", "xfs, DISK", "btrfs, DISK"})
  @Timeout(value = 120, unit = TimeUnit.MINUTES)
  void whatWasAcknowledgedSurvivesAPowerCut(String fileSystem, Cut cut) throws Exception {
    var began = System.nanoTime();
    var name = "PowerCutTest: " + fileSystem + ", " + cut + ", seed " + SEED;
    try (var disk = CutDisk.create(fileSystem, cut)) {
      var run = new CutRun(disk, SEED);
      var both = cut == Cut.DISK && !fileSystem.equals("btrfs"); // then this is the costlier kind
      var cuts = both ? (CUTS + 1) / 2 : CUTS;
      var next = run.prepare(policy(0));
      try {
        for (var round = 0; round < cuts; round++) {
          var present = next;
          next = run.prepare(policy(round + 1)); // its JVM starts meanwhile, and waits
          run(run, present, name);
        }
      } finally {
        next.life().close();
      }
      System.out.println(name + ": " + cuts + " cuts, " + run + ", "
          + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) + " s");
      assertTrue(run.acknowledged() > cuts, "too little was done to mean anything");
    }
  }

  private static Policy policy(int round) {
    return Policy.of(round % 2 == 0 ? "STRICT" : "BATCH_ONLY");
  }

  private static void run(CutRun run, Round round, String name) throws Exception {
    try {
      run.run(round);
    } catch (Throwable e) {
      throw new AssertionError(name + ", round " + round.number() + ", " + round.policy() + ": " + e.getMessage(), e);
    } finally {
      round.life().close();
    }
  }

  /**
   * Segments that follow each other quickly are not synced before they are written to, so a power loss may leave files
   * shorter than they were prepared. That is no damage: what was synced is there, and a prefix of what came after.
   */
  @ParameterizedTest
  @CsvSource({"ext4, FILE_SYSTEM", "ext4, DISK"})
  @Timeout(300)
  void whatIsLeftOfSegmentsThatWereNotSyncedIsNoDamage(String fileSystem, Cut cut) throws Exception {
    var random = new SplittableRandom(SEED);
    var cuts = Math.max(1, CUTS / 5);
    var reserved = 0L;
    var records = 0L;
    try (var disk = CutDisk.create(fileSystem, cut)) {
      var log = disk.root().resolve("log");
      for (var round = 0; round < cuts; round++) {
        var synced = cutUnderAFastWriter(disk, log, random.nextInt(150));
        reserved += FullDiskTest.segmentsWithoutPreparedSize(FsDirectory.open(log));
        try (var wal = Wal.open(log, WalOptions.defaults())) {
          var stream = wal.stream("s");
          assertTrue(Set.of(Outcome.UNCLEAN, Outcome.TORN_TAIL).contains(stream.recovery().outcome()),
              stream.recovery()::toString);
          assertTrue(stream.nextId() >= synced, () -> "lost: " + stream.nextId() + " of " + synced);
          var id = stream.firstId();
          try (var cursor = stream.read(id)) {
            for (; cursor.next(); id++, records++) {
              assertEquals(id, cursor.id());
              assertEquals(id, ByteBuffer.wrap(cursor.copyPayload()).getLong());
            }
          }
          assertEquals(stream.nextId(), id, "records that could be read");
          stream.truncateBefore(stream.nextId()); // the disk is small
        }
      }
    }
    System.out.println("PowerCutTest: " + fileSystem + ", " + cut + ", seed " + SEED + ": " + cuts
        + " cuts under a fast writer, " + reserved
        + " segments found that were not synced before they were written to, "
        + records + " records");
    assertTrue(reserved > 0, "no segment was used without a sync");
  }

  /** Returns how far the writer had synced before the power was cut. */
  private static long cutUnderAFastWriter(CutDisk disk, Path log, int millis) throws Exception {
    var writer = ChildJvm.start(FastWriter.class, log.toString(), "20");
    try (var told = writer.inputReader()) {
      var synced = Long.parseLong(Objects.requireNonNull(told.readLine(), "the writer ended"));
      TimeUnit.MILLISECONDS.sleep(millis);
      while (told.ready()) {
        synced = Long.parseLong(told.readLine());
      }
      disk.cutPower();
      return synced;
    } finally {
      ChildJvm.kill(writer);
      disk.restore();
    }
  }

  /** The test of the test: a writer that syncs nothing, judged as if it did. */
  @ParameterizedTest
  @CsvSource({"ext4, FILE_SYSTEM, STRICT", "xfs, FILE_SYSTEM, BATCH_ONLY", "btrfs, DISK, STRICT"})
  @Timeout(120)
  void aWriterThatAcknowledgesWhatItDidNotSyncIsFoundOut(String fileSystem, Cut cut, String promised) throws Exception {
    @Nullable
    AssertionError noticed = null;
    try (var disk = CutDisk.create(fileSystem, cut)) {
      var run = new CutRun(disk, SEED);
      for (var round = 0; round < CUTS_UNTIL_NOTICED && noticed == null; round++) {
        var writer = run.prepare(new Policy("ASYNC", promised));
        try {
          run.run(writer);
        } catch (AssertionError e) {
          noticed = e;
        } finally {
          writer.life().close();
        }
      }
    }
    assertNotNull(noticed, "nothing was missed after " + CUTS_UNTIL_NOTICED + " cuts");
    var message = String.valueOf(noticed.getMessage());
    assertTrue(message.contains("lost") || message.contains("in part"), message);
    System.out.println("PowerCutTest: " + fileSystem + ", " + cut + ": found out: " + message);
  }

  /** XFS says so; the deletion was there again afterwards. */
  @ParameterizedTest
  @ValueSource(strings = {"xfs", "ext4"})
  @Timeout(120)
  void aSyncOfADirectoryThatAStoppedFileSystemReportsAsDoneWasBelieved(String fileSystem, @TempDir Path temporary)
      throws Exception {
    Strace.assumeAvailable(temporary);
    try (var disk = CutDisk.create(fileSystem, Cut.FILE_SYSTEM)) {
      String answer;
      try (var program = LogProgram.start(disk.root().resolve("log"))) {
        assertEquals("opened", program.ask("open STRICT 65536 0"));
        assertEquals("[0]", program.ask("append s record 1"));
        try (var _ = Strace.inject(program.process(), temporary, "fsync:delay_enter=1000000")) {
          program.tell("delete s");
          var streams = disk.root().resolve("log/streams");
          while (Files.exists(streams.resolve("s"))) { // the name is gone, and about to be synced
            Thread.sleep(1);
          }
          disk.cutPower();
          answer = program.answer();
        }
      }
      disk.restore();
      try (var wal = Wal.openReadOnly(disk.root().resolve("log"), WalOptions.defaults())) {
        assertTrue(wal.hasStream("s"), "the test has not hit the moment");
      }
      assertTrue(answer.contains("Exception") && answer.contains("Input/output error"), answer);
    }
  }
}
