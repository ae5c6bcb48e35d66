package dev.holdfast.examples.ledger;

import dev.holdfast.examples.ChildProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Starts a process that moves money, kills it, restores the ledger, and checks that no money has been lost or made and
 * that what the process said was done is done.
 */
public final class LedgerExample {
  /** What {@code --help} prints. */
  public static final String USAGE = """
      holdfast-example ledger [DIR]
        An account ledger, sharded by account: a second process moves money between accounts and is killed with
        kill -9; the ledger is restored from its latest checkpoint, and its balances must add up.
        DIR: where to keep it; default: a directory that is removed.""";

  private static final int ACCOUNTS = 100;
  private static final long EACH = 10_000;
  private static final int KILL_AFTER = 2_200;

  private final PrintStream out;
  private final Path directory;

  private LedgerExample(PrintStream out, Path directory) {
    this.out = out;
    this.directory = directory;
  }

  /** Runs it; returns whether everything adds up. */
  public static boolean run(List<String> args, PrintStream out) throws IOException {
    if (!args.isEmpty()) {
      return new LedgerExample(out, Path.of(args.getFirst())).run();
    }
    return ChildProcess.inTemporaryDirectory("ledger-example-", directory -> new LedgerExample(out, directory).run());
  }

  private boolean run() throws IOException {
    var done = writeAndKill();
    out.println("killed with kill -9 after it had said of " + done.cardinality() + " transfers that they were done");
    boolean sound;
    try (var ledger = Ledger.open(directory)) {
      var restored = ledger.restored();
      out.println("restored from " + restored.snapshot() + " and " + restored.events() + " events after it; "
          + restored.completed() + " transfers were half done and have been completed");
      sound = check(ledger, done) && !restored.snapshot().equals("none");
    }
    try (var ledger = Ledger.open(directory)) {
      sound &= check(ledger, done) && ledger.restored().completed() == 0;
    }
    out.println(sound ? "every balance adds up" : "THE BALANCES DO NOT ADD UP");
    return sound;
  }

  private static boolean isThere(BitSet said, BitSet found) {
    var missing = (BitSet) said.clone();
    missing.andNot(found);
    return missing.isEmpty();
  }

  private boolean check(Ledger ledger, BitSet said) {
    return ledger.look(balances -> {
      out.println(balances.accounts() + " accounts, " + balances.total() + " in total, should be "
          + ACCOUNTS * EACH + "; " + balances.done().cardinality() + " transfers");
      return balances.accounts() == ACCOUNTS && balances.total() == ACCOUNTS * EACH && balances.underWay().isEmpty()
          && balances.fromNowhere() == 0 && isThere(said, balances.done());
    });
  }

  /** Returns of which transfers the process had said that they were done when it was killed. */
  private BitSet writeAndKill() throws IOException {
    var done = new BitSet();
    var args = List.of("ledger-writer", directory.toString(), Integer.toString(ACCOUNTS), Long.toString(EACH));
    ChildProcess.runAndKill(args, line -> {
      if (Character.isDigit(line.charAt(0))) {
        done.set(Integer.parseInt(line));
      } else {
        out.println("the writer says: " + line);
      }
      return done.cardinality() >= KILL_AFTER;
    });
    return done;
  }
}
