package dev.holdfast.examples.ledger;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** The process that is killed: moves money to and fro, says what is done, and takes snapshots now and then. */
public final class LedgerWriter {
  private static final int THREADS = 8;
  private static final int TRANSFERS_PER_SNAPSHOT = 500;

  private final Ledger ledger;
  private final PrintStream out;
  private final int accounts;
  private final AtomicLong nextTransfer = new AtomicLong();

  private LedgerWriter(Ledger ledger, PrintStream out, int accounts) {
    this.ledger = ledger;
    this.out = out;
    this.accounts = accounts;
  }

  /** Opens as many accounts as it is told, with as much as it is told, and moves money until it is killed. */
  public static void run(List<String> args, PrintStream out) throws Exception {
    var accounts = Integer.parseInt(args.get(1));
    try (var ledger = Ledger.open(Path.of(args.getFirst()))) {
      IntStream.range(0, accounts).parallel()
          .forEach(account -> ledger.openAccount(account, Long.parseLong(args.get(2))));
      ledger.snapshot("opened");
      out.println("opened");
      new LedgerWriter(ledger, out, accounts).moveMoney();
    }
  }

  private void moveMoney() throws Exception {
    try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("teller-", 0).factory())) {
      var tellers = IntStream.range(0, THREADS)
          .<Callable<Boolean>>mapToObj(seed -> () -> tell(new SplittableRandom(seed)));
      for (var teller : threads.invokeAll(tellers.toList())) { // does not return: the process is killed
        teller.get();
      }
    }
  }

  private boolean tell(SplittableRandom random) throws IOException {
    while (true) {
      var transfer = nextTransfer.getAndIncrement();
      ledger.transfer(transfer, random.nextInt(accounts), random.nextInt(accounts), 1 + random.nextInt(100));
      out.println(transfer); // unbuffered: whoever reads it knows that the transfer is done
      if (transfer % TRANSFERS_PER_SNAPSHOT == TRANSFERS_PER_SNAPSHOT - 1) {
        var name = "snapshot-" + (transfer + 1) / TRANSFERS_PER_SNAPSHOT;
        ledger.snapshot(name);
        out.println(name);
      }
    }
  }
}
