package dev.holdfast.examples;

import dev.holdfast.examples.ledger.LedgerExample;
import dev.holdfast.examples.ledger.LedgerWriter;
import java.util.Arrays;

/** Runs an example by its name. */
public final class Main {
  private Main() {}

  /**
   * Runs it and ends with 0 if it kept what it promises.
   *
   * @param args the name of the example, and its arguments
   */
  public static void main(String[] args) throws Exception {
    var rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    switch (args.length == 0 ? "" : args[0]) {
      case "ledger" -> System.exit(LedgerExample.run(rest, System.out) ? 0 : 1);
      case "ledger-writer" -> LedgerWriter.run(rest, System.out);
      default -> {
        System.err.println("""
            holdfast-example ledger [DIR]
              An account ledger, sharded by account: a second process moves money between accounts and is killed with
              kill -9; the ledger is restored from its latest checkpoint, and its balances must add up.
              DIR: where to keep it; default: a directory that is removed.""");
        System.exit(2);
      }
    }
  }
}
