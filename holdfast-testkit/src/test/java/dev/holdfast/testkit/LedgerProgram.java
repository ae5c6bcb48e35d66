package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Adds numbers to a {@link Ledger} and sometimes clears it; then all that was acknowledged must be there. */
final class LedgerProgram implements CrashProgram<LedgerProgram.Command, LedgerProgram.Promised> {
  private final Set<Ledger.Flaw> flaws;

  /** What is done. */
  sealed interface Command {
    /** Adds a number. */
    record Add(int value) implements Command {}

    /** Forgets all of them. */
    record Clear() implements Command {}
  }

  /**
   * What users rely on.
   *
   * @param values the numbers that were acknowledged, by id
   * @param cleared those below may be gone
   */
  record Promised(List<Integer> values, int cleared) {
    Promised {
      values = List.copyOf(values);
    }

    Promised and(int value) {
      List<Integer> more = new ArrayList<>(values);
      more.add(value);
      return new Promised(more, cleared);
    }
  }

  LedgerProgram(Ledger.Flaw... flaws) {
    this.flaws = Set.of(flaws);
  }

  @Override
  public String name() {
    return "ledger " + flaws;
  }

  @Override
  public List<Command> commands(SplittableRandom random) {
    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      commands.add(random.nextInt(6) == 0 ? new Command.Clear() : new Command.Add(random.nextInt(1000)));
    }
    return commands;
  }

  @Override
  public Promised nothing() {
    return new Promised(List.of(), 0);
  }

  @Override
  public void run(SimulatedDisk disk, List<Command> commands, Promises<Promised> promises) throws Exception {
    Ledger ledger = Ledger.open(disk.root(), flaws);
    for (Command command : commands) {
      Promised before = promises.current();
      switch (command) {
        case Command.Add(int value) -> ledger.add(value, () -> promises.are(before.and(value)));
        case Command.Clear() -> {
          promises.are(new Promised(before.values(), before.values().size()));
          ledger.clear();
        }
      }
    }
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Promised> promises, Outage outage, SplittableRandom random)
      throws Exception {
    Promised promised = promises.current();
    Ledger ledger = Ledger.open(disk.root(), flaws);
    if (ledger.next() < promised.values().size()) {
      throw new AssertionError("ids go on from " + ledger.next() + ", there were " + promised.values().size());
    }
    if (ledger.first() > promised.cleared()) {
      throw new AssertionError("it begins at " + ledger.first() + ", only " + promised.cleared() + " were cleared");
    }
    for (int id = ledger.first(); id < promised.values().size(); id++) {
      if (ledger.get(id) != promised.values().get(id)) {
        throw new AssertionError(id + " is " + ledger.get(id) + ", not " + promised.values().get(id));
      }
    }
  }
}
