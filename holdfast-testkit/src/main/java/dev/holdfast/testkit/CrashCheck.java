package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Recovers from crashes of one run, and crashes the recoveries. */
final class CrashCheck<C, P> {
  private final CrashProgram<C, P> program;
  private final List<C> commands;
  private final ReplayLine run;
  private final CrashSettings settings;
  private final CrashCounts counts;

  CrashCheck(CrashProgram<C, P> program, List<C> commands, ReplayLine run, CrashSettings settings, CrashCounts counts) {
    this.program = program;
    this.commands = commands;
    this.run = run;
    this.settings = settings;
    this.counts = counts;
  }

  /** Tries the crashes at one moment; throws what fails. */
  void crashAt(Moment<P> moment, int number) {
    var random = new SplittableRandom(Pages.mix(run.seed(), number));
    int promised = moment.promised().hashCode();
    Set<Long> seen = new HashSet<>(); // at this moment, so that what is tried does not depend on other threads
    new CrashStates(settings.statesPerOperation(), settings.exhaustiveUpTo()).offer(moment.disk().pending().size(),
        random, choice -> {
          SimulatedDisk image = choice.imageOf(moment.disk());
          long hash = image.contentHash();
          if (counts.isNew(hash, choice.outage(), promised)) {
            recover(image, moment, choice, isNested(Pages.mix(hash, promised)));
          }
          return seen.add(hash);
        });
  }

  /** Chooses by what is on the disk: others than this thread may come upon the same. */
  private boolean isNested(long hash) {
    return settings.nestedEvery() > 0
        && new SplittableRandom(Pages.mix(hash, run.seed())).nextInt(settings.nestedEvery()) == 0;
  }

  private void recover(SimulatedDisk image, Moment<P> moment, CrashChoice choice, boolean nested) {
    ReplayLine line = run.then(moment.point(), choice);
    List<Moment<P>> inside = recover(image, moment.promised(), line, choice.outage(), nested);
    var random = new SplittableRandom(line.toString().hashCode());
    while (inside.size() > settings.nestedMoments()) {
      inside.remove(random.nextInt(inside.size()));
    }
    for (Moment<P> within : inside) {
      CrashChoice again = switch (random.nextInt(4)) {
        case 0 -> CrashChoice.NONE;
        case 1 -> choice.outage() == Outage.PROCESS_KILLED ? CrashChoice.KILL : CrashChoice.ALL;
        default -> CrashChoice.any(random.nextInt(1 << 30));
      };
      counts.nestedCrashes.incrementAndGet();
      recoverAgain(within, again, line, choice.outage());
    }
  }

  /** The process may have been killed first and the power lost then: the worst of it counts. */
  void recoverAgain(Moment<P> within, CrashChoice again, ReplayLine line, Outage before) {
    Outage outage = before == Outage.POWER_LOSS ? before : again.outage();
    recover(again.imageOf(within.disk()), within.promised(), line.then(within.point(), again), outage, false);
  }

  /** Recovers, and returns the moments of the recovery if they are wanted. */
  List<Moment<P>> recover(SimulatedDisk image, P promised, ReplayLine line, Outage outage, boolean nested) {
    Promises<P> promises = new Promises<>(promised);
    Moment.Recorder<P> recorder = new Moment.Recorder<>(image, promises);
    try {
      if (nested) {
        recorder.start();
      }
      program.recover(image, promises, outage, new SplittableRandom(line.crashes().hashCode() ^ line.seed()));
      return nested ? recorder.finish() : new ArrayList<>();
    } catch (Exception | Error e) {
      throw new CrashFailure(line, commands, promised, e);
    }
  }
}
