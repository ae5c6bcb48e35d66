package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One run of a program that is stopped at every operation. */
final class CrashRun<C, P> {
  private final CrashProgram<C, P> program;
  private final List<C> commands;
  private final ReplayLine line;
  private final CrashSettings settings;
  private final CrashCounts counts;

  CrashRun(CrashProgram<C, P> program, List<C> commands, long seed, CrashSettings settings, CrashCounts counts) {
    this.program = program;
    this.commands = commands;
    this.line = new ReplayLine(program.name(), seed, null, List.of());
    this.settings = settings;
    this.counts = counts;
  }

  /** Tries everything; returns what fails at the first operation at which something does. */
  @Nullable
  CrashFailure explore() {
    List<Moment<P>> moments;
    try {
      moments = record();
      counts.operations.addAndGet(moments.size() - 1L);
    } catch (CrashFailure e) {
      return e;
    }
    var check = new CrashCheck<>(program, commands, line, settings, counts);
    CrashFailure failure = settings.threads() == 1 ? crashAtEach(moments, check) : crashInParallel(moments, check);
    return failure == null ? cutPower(moments.size()) : failure;
  }

  private @Nullable CrashFailure crashAtEach(List<Moment<P>> moments, CrashCheck<C, P> check) {
    for (int i = 0; i < moments.size(); i++) {
      try {
        check.crashAt(moments.get(i), i);
      } catch (CrashFailure e) {
        return e;
      }
    }
    return null;
  }

  private @Nullable CrashFailure crashInParallel(List<Moment<P>> moments, CrashCheck<C, P> check) {
    var firstToFail = new AtomicInteger(Integer.MAX_VALUE);
    List<Future<@Nullable CrashFailure>> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(settings.threads(),
        Thread.ofPlatform().name("crash-explorer-", 0).daemon().factory())) {
      for (int i = 0; i < moments.size(); i++) {
        int number = i;
        outcomes.add(threads.submit(() -> {
          if (number > firstToFail.get()) {
            return null;
          }
          try {
            check.crashAt(moments.get(number), number);
            return null;
          } catch (CrashFailure e) {
            firstToFail.accumulateAndGet(number, Math::min);
            return e;
          }
        }));
      }
    }
    return first(outcomes);
  }

  private static @Nullable CrashFailure first(List<Future<@Nullable CrashFailure>> outcomes) {
    try {
      for (Future<@Nullable CrashFailure> outcome : outcomes) {
        CrashFailure failure = outcome.get();
        if (failure != null) {
          return failure;
        }
      }
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs the program to its end and keeps the disk before each operation. */
  List<Moment<P>> record() {
    SimulatedDisk disk = new SimulatedDisk();
    Promises<P> promises = new Promises<>(program.nothing());
    Moment.Recorder<P> recorder = new Moment.Recorder<>(disk, promises).start();
    try {
      program.run(disk, commands, promises);
      return recorder.finish();
    } catch (Exception | Error e) {
      throw new CrashFailure(line, commands, promises.current(), e);
    }
  }

  private @Nullable CrashFailure cutPower(int moments) {
    var random = new SplittableRandom(line.seed());
    var check = new CrashCheck<>(program, commands, line, settings.withStates(3, 0), counts);
    try {
      for (int i = 0; i < settings.powerCuts() && moments > 1; i++) {
        check.crashAt(cutAt(random.nextLong(1, moments)), -1 - i);
      }
      return null;
    } catch (CrashFailure e) {
      return e;
    }
  }

  /** Runs the program until the power goes; it has to cope with the errors. */
  Moment<P> cutAt(long operation) {
    SimulatedDisk disk = new SimulatedDisk();
    Promises<P> promises = new Promises<>(program.nothing());
    CrashPoint point = CrashPoint.cutAt(operation);
    disk.powerOffAt(operation);
    try {
      program.run(disk, commands, promises);
    } catch (Exception | Error e) {
      if (!isPowerLoss(e)) {
        throw new CrashFailure(line.then(point, CrashChoice.NONE), commands, promises.current(), e);
      }
    }
    P promised = promises.current(); // first: a thread that goes on may store into mapped memory, and promise that
    return new Moment<>(point, disk.killProcess(), promised);
  }

  private static boolean isPowerLoss(Throwable e) {
    Throwable cause = e;
    while (cause != null && !(cause instanceof PowerLostException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }
}
