package dev.holdfast.examples.ledger;

import dev.holdfast.examples.Main;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Starts a process that moves money, kills it, restores the ledger, and checks that no money has been lost or made and
 * that what the process said was done is done.
 */
public final class LedgerExample {
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
    var temporary = Files.createTempDirectory(Path.of("").toAbsolutePath(), "ledger-example-");
    try {
      return new LedgerExample(out, temporary).run();
    } finally {
      remove(temporary);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
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
    var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), Main.class.getName(), "ledger-writer", directory.toString(),
        Integer.toString(ACCOUNTS), Long.toString(EACH)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var done = new BitSet();
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = said.readLine(); line != null && done.cardinality() < KILL_AFTER; line = said.readLine()) {
        if (Character.isDigit(line.charAt(0))) {
          done.set(Integer.parseInt(line));
        } else {
          out.println("the writer says: " + line);
        }
      }
      if (done.cardinality() < KILL_AFTER) {
        throw new IOException("the writer has ended by itself; its error output says why");
      }
    } finally {
      process.destroyForcibly().onExit().join();
    }
    return done;
  }
}
