package dev.holdfast.checks.concurrency;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.internal.log.Surroundings;
import dev.holdfast.storage.MemoryDirectory;
import dev.holdfast.testkit.SimulatedDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to a stream, some order of what they did explains every result: that of a plain list,
 * {@link Model}. Closing is not among it: it is not one moment but several, appends being refused before reading is.
 */
class StreamLinearizabilityTest {
  private static final int SCENARIOS = Integer.getInteger("holdfast.lincheck.scenarios", 12);
  private static final int RUNS = Integer.getInteger("holdfast.lincheck.runs", 200);

  private static StressOptions options() {
    return new StressOptions().iterations(SCENARIOS).invocationsPerIteration(RUNS).threads(3).actorsPerThread(3)
        .actorsBefore(2).actorsAfter(2).sequentialSpecification(Model.class);
  }

  @Test
  @DisplayName("append, batch, get, next id, sync and truncateFrom under STRICT")
  void strict() {
    options().check(Strict.class);
  }

  @Test
  @DisplayName("append, batch, get, next id, sync and truncateFrom under ASYNC")
  void async() {
    options().check(Async.class);
  }

  @Test
  @DisplayName("append, batch, get, next id, sync and truncateFrom under ASYNC with a ring, from which readers copy")
  void ring() {
    options().check(Ring.class);
  }

  @Test
  @DisplayName("an id that is asked for after the append instead of taken from it is found out")
  void aRaceIsFound() {
    assertThrows(AssertionError.class, () -> options().minimizeFailedScenario(false).check(Racy.class));
  }

  /** What somebody might do in place of keeping the id. */
  public static final class Racy extends Subject {
    /** Opens it. */
    public Racy() {
      super(SyncPolicy.ASYNC);
    }

    @Override
    @Operation
    public long append(@Param(gen = IntGen.class, conf = "1:100") int value) {
      super.append(value);
      return nextId() - 1;
    }
  }

  /** Under STRICT. */
  public static final class Strict extends Subject {
    /** Opens it. */
    public Strict() {
      super(SyncPolicy.STRICT);
    }
  }

  /** Under ASYNC. */
  public static final class Async extends Subject {
    /** Opens it. */
    public Async() {
      super(SyncPolicy.ASYNC);
    }
  }

  /** Under ASYNC, and what is appended is only in the ring until somebody syncs or truncates, or a half is full. */
  public static final class Ring extends Subject {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Opens it, and waits for its ring. */
    public Ring() throws IOException, InterruptedException {
      this(new SimulatedDisk());
    }

    private Ring(SimulatedDisk disk) throws IOException, InterruptedException {
      super(OpenLog.forWriting(disk.root(),
          WalOptions.builder().maxSegmentSize(1 << 14).writeBufferSize(1 << 12).syncPolicy(SyncPolicy.ASYNC).build(),
          new Surroundings(Surroundings.SYSTEM.clock(), Surroundings.SYSTEM.random(),
              Surroundings.SYSTEM.newLogId(), 1, Surroundings.SYSTEM.background())));
      append(1);
      var files = disk.root().subdirectory("streams").subdirectory("s");
      var begun = System.nanoTime();
      while (!files.exists(Names.RING)) {
        if (System.nanoTime() - begun > LIMIT.toNanos()) {
          throw new IllegalStateException("no ring for " + LIMIT);
        }
        Thread.sleep(1);
      }
      truncateFrom(0);
    }
  }

  /** What the threads do. */
  public abstract static class Subject {
    private final LogStream stream;

    /** Each segment has one frame, so that truncations from the front and rotations are frequent. */
    Subject(SyncPolicy policy) {
      this(Wal.open(new MemoryDirectory(),
          WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(1).syncPolicy(policy).build()));
    }

    Subject(Wal wal) {
      stream = wal.stream("s");
    }

    /** Appends. */
    @Operation
    public long append(@Param(gen = IntGen.class, conf = "1:100") int value) {
      return stream.append(new byte[]{(byte) value});
    }

    /** Appends two. */
    @Operation
    public long appendBatch(@Param(gen = IntGen.class, conf = "1:100") int value) {
      return stream.appendBatch(List.of(new byte[]{(byte) value}, new byte[]{(byte) (value + 1)})).start();
    }

    /** Reads one, -1 if it is not there. */
    @Operation
    public int get(@Param(gen = IntGen.class, conf = "0:6") int id) {
      return stream.get(id).map(record -> (int) record[0]).orElse(Model.NONE);
    }

    /** Says what comes next. */
    @Operation
    public long nextId() {
      return stream.nextId();
    }

    /** Syncs, after which everything is durable. */
    @Operation
    public void sync() {
      stream.sync();
    }

    /** Begins another history; returns how many records the former one had from there on. */
    @Operation
    public long truncateFrom(@Param(gen = IntGen.class, conf = "0:6") int id) {
      var removed = stream.truncateFrom(id);
      return removed.end() - removed.start();
    }
  }

  /** The same with a list. */
  public static final class Model {
    static final int NONE = Integer.MIN_VALUE;

    private final List<Integer> records = new ArrayList<>();

    /** Appends. */
    public long append(int value) {
      records.add((int) (byte) value);
      return records.size() - 1L;
    }

    /** Appends two. */
    public long appendBatch(int value) {
      var first = append(value);
      append(value + 1);
      return first;
    }

    /** Reads one. */
    public int get(int id) {
      return id < records.size() ? records.get(id) : NONE;
    }

    /** Says what comes next. */
    public long nextId() {
      return records.size();
    }

    /** Does nothing. */
    public void sync() {
      // everything is durable in memory
    }

    /** Begins another history. */
    public long truncateFrom(int id) {
      if (id > records.size()) {
        throw new IllegalArgumentException("beyond the end");
      }
      var removed = records.size() - id;
      records.subList(id, records.size()).clear();
      return removed;
    }
  }
}
