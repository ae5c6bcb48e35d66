package dev.holdfast.testkit;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Crashes a program at every operation of its disk, in every way while these are few and in a seeded sample of ways
 * otherwise, lets it recover, and has it check what it finds. Some recoveries are crashed too, and recovered from once
 * more; some runs lose their power for real, and have to cope with the errors. The program runs once for all crashes:
 * disks are copied, not written again.
 *
 * <pre>{@code
 * CrashReport report = CrashExplorer.of(new Ledger()).seed(7).images(10_000).explore();
 * }</pre>
 *
 * <p>
 * What fails is run again with fewer commands until it would no longer fail, and thrown as a {@link CrashFailure} with
 * one line that {@link #replay} takes: the program's name, the seed, the commands left, the operation, the crash, and
 * those within the recovery. A program that does everything in one thread, and writes the same bytes each time, is
 * replayed exactly. If other threads of it bring operations into another order, the operation is found by its kind,
 * file and how often that came before; then a failure comes again if the crash meets the same state of the disk.
 *
 * <p>
 * Immutable: each method returns another explorer.
 *
 * @param <C> see {@link CrashProgram}
 * @param <P> likewise
 */
public final class CrashExplorer<C, P> {
  private final CrashProgram<C, P> program;
  private final CrashSettings settings;

  private CrashExplorer(CrashProgram<C, P> program, CrashSettings settings) {
    this.program = program;
    this.settings = settings;
  }

  /** Explores this program, one run of it unless more {@link #images} are asked for. */
  public static <C, P> CrashExplorer<C, P> of(CrashProgram<C, P> program) {
    return new CrashExplorer<>(program, CrashSettings.DEFAULT);
  }

  private CrashExplorer<C, P> with(CrashSettings other) {
    return new CrashExplorer<>(program, other);
  }

  /** Begins with the commands and crashes of this seed; at first 1. */
  public CrashExplorer<C, P> seed(long seed) {
    return with(settings.withSeed(seed));
  }

  /**
   * Goes on with the next seeds until so many distinct images have been seen, or a run has shown nothing new.
   *
   * @param atLeast at least 0; at first 0: one run
   */
  public CrashExplorer<C, P> images(long atLeast) {
    return with(settings.withImages(atLeast));
  }

  /**
   * Sets how many crashes are tried before each operation.
   *
   * @param most at least 3; at first 40. Fewer are if nothing new comes
   * @param allSubsetsUpTo with so many pending operations, 0 to 16, every subset of them is tried, even if these are
   *   more than {@code most}; at first 4
   */
  public CrashExplorer<C, P> states(int most, int allSubsetsUpTo) {
    return with(settings.withStates(most, allSubsetsUpTo));
  }

  /**
   * Sets how many recoveries are crashed as well.
   *
   * @param every one of so many distinct images, at random; 0: none; at first 8
   * @param moments at how many of the operations of that recovery, at random; at first 6
   */
  public CrashExplorer<C, P> nested(int every, int moments) {
    return with(settings.withNested(every, moments));
  }

  /** Sets in how many repetitions of each run the power is really switched off; at first 4. */
  public CrashExplorer<C, P> powerCuts(int perRun) {
    return with(settings.withPowerCuts(perRun));
  }

  /** Sets how many threads check; at first 1. */
  public CrashExplorer<C, P> threads(int count) {
    return with(settings.withThreads(count));
  }

  /** Sets how often a failing run may be tried with fewer commands; at first 300. */
  public CrashExplorer<C, P> shrinkAttempts(int most) {
    return with(settings.withShrinkAttempts(most));
  }

  /**
   * Tries it all.
   *
   * @throws CrashFailure if something failed
   */
  public CrashReport explore() {
    long begun = System.nanoTime();
    CrashCounts counts = new CrashCounts();
    int runs = 0;
    boolean more = true;
    while (more) {
      long before = counts.distinctImages();
      exploreRun(settings.seed() + runs++, counts);
      more = counts.distinctImages() < settings.images() && counts.distinctImages() > before;
    }
    return report(counts, runs, runs * settings.powerCuts(), begun);
  }

  private CrashReport report(CrashCounts counts, int runs, int powerCuts, long begun) {
    return new CrashReport(program.name(), settings.seed(), runs, counts.operations.get(), counts.crashStates.get(),
        counts.distinctImages(), counts.checks.get(), counts.nestedCrashes.get(), powerCuts,
        Duration.ofNanos(System.nanoTime() - begun));
  }

  private void exploreRun(long seed, CrashCounts counts) {
    List<C> commands = commands(seed);
    CrashFailure failure = new CrashRun<>(program, commands, seed, settings, counts).explore();
    if (failure == null) {
      return;
    }
    // One thread finds the same each time. With fewer commands there are fewer images: a sample of recoveries might miss it.
    CrashSettings thorough = failure.line().crashes().size() > 1 ? settings.withNested(1, 50) : settings;
    CrashSettings again = thorough.withThreads(1);
    CrashFailure first = new CrashRun<>(program, commands, seed, again, new CrashCounts()).explore();
    throw CommandShrinker.shrink(first == null ? failure : first, commands.size(), settings.shrinkAttempts(), kept -> {
      List<C> fewer = kept.stream().<C>map(commands::get).toList();
      return new CrashRun<>(program, fewer, seed, again, new CrashCounts()).explore();
    });
  }

  private List<C> commands(long seed) {
    return List.copyOf(program.commands(new SplittableRandom(seed)));
  }

  /**
   * Does once more what a failure has printed.
   *
   * @param line {@link CrashFailure#replayLine()}
   * @throws CrashFailure if it fails again
   * @throws IllegalArgumentException if it is not about this program
   * @throws IllegalStateException if the operation was not reached: the program does not do the same each time
   */
  public void replay(String line) {
    ReplayLine wanted = ReplayLine.parse(line);
    if (!wanted.program().equals(program.name())) {
      throw new IllegalArgumentException("line: is about " + wanted.program() + ", not " + program.name());
    }
    List<C> all = commands(wanted.seed());
    List<C> commands = wanted.of(all);
    List<Integer> kept = wanted.commands() == null
        ? IntStream.range(0, all.size()).boxed().toList()
        : wanted.commands();
    try {
      replay(wanted, commands);
    } catch (CrashFailure e) {
      throw wanted.commands() == null ? e : e.of(kept);
    }
  }

  private void replay(ReplayLine wanted, List<C> commands) {
    CrashRun<C, P> run = new CrashRun<>(program, commands, wanted.seed(), settings, new CrashCounts());
    if (wanted.crashes().isEmpty()) {
      run.record();
      return;
    }
    ReplayLine.Step first = wanted.crashes().getFirst();
    Moment<P> moment = first.point().cut() > 0 ? run.cutAt(first.point().cut()) : find(run.record(), first.point());
    ReplayLine line = new ReplayLine(wanted.program(), wanted.seed(), null, List.of(first));
    var check = new CrashCheck<>(program, commands, line, settings, new CrashCounts());
    SimulatedDisk image = first.choice().imageOf(moment.disk());
    Outage outage = first.choice().outage();
    boolean nested = wanted.crashes().size() > 1;
    List<Moment<P>> inside = check.recover(image, moment.promised(), line, outage, nested);
    if (nested) {
      ReplayLine.Step second = wanted.crashes().get(1);
      check.recoverAgain(find(inside, second.point()), second.choice(), line, outage);
    }
  }

  private static <P> Moment<P> find(List<Moment<P>> moments, CrashPoint point) {
    return moments.stream().filter(moment -> moment.point().equals(point)).findFirst().orElseThrow(
        () -> new IllegalStateException(
            "this time there was no " + point + ": the program does not do the same again"));
  }
}
