package dev.holdfast.examples.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example keeps what it says, and its parts do what it needs. */
@Timeout(120)
class LedgerExampleTest {

  @Test
  void aKilledLedgerIsRestoredAndAddsUp(@TempDir Path directory) throws IOException {
    var out = new ByteArrayOutputStream();
    var sound = LedgerExample.run(List.of(directory.toString()), new PrintStream(out, true, StandardCharsets.UTF_8));
    var said = out.toString(StandardCharsets.UTF_8);
    assertTrue(sound, said);
    assertTrue(said.contains("restored from snapshot-"), said);
    assertTrue(said.contains("100 accounts, 1000000 in total"), said);
  }

  @Test
  void aTransferThatIsHalfDoneIsCompletedOnce(@TempDir Path directory) throws IOException {
    try (var ledger = Ledger.open(directory)) {
      ledger.openAccount(1, 100);
      ledger.openAccount(2, 0);
      ledger.snapshot("opened");
      ledger.transfer(7, 1, 2, 30);
      ledger.withdraw(new Event.Withdrawn(8, 1, 2, 5));
    }
    try (var ledger = Ledger.open(directory)) {
      assertEquals(new Ledger.Restored("opened", 3, 1), ledger.restored());
      assertEquals(List.of(65L, 35L), ledger.look(balances -> List.of(balances.of(1), balances.of(2))));
    }
    try (var ledger = Ledger.open(directory)) {
      assertEquals(new Ledger.Restored("opened", 4, 0), ledger.restored());
      assertEquals(100, ledger.look(Balances::total));
    }
  }

  @Test
  void aDepositMayBeSeenBeforeItsWithdrawal() {
    var balances = new Balances();
    balances.apply(new Event.Deposited(1, 20, 5));
    assertEquals(1, balances.fromNowhere());
    balances.apply(new Event.Withdrawn(1, 10, 20, 5));
    assertEquals(List.of(0, 0), List.of(balances.fromNowhere(), balances.underWay().size()));
    balances.apply(new Event.Withdrawn(2, 10, 20, 7));
    var again = Balances.decode(balances.encode());
    assertEquals(List.of(-12L, 5L, 0L), List.of(again.of(10), again.of(20), again.total()));
    assertEquals(balances.underWay(), again.underWay());
  }
}
