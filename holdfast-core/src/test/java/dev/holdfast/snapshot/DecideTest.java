package dev.holdfast.snapshot;

import static dev.holdfast.snapshot.SnapshotPolicy.everyRecords;
import static dev.holdfast.snapshot.SnapshotRetention.keep;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codec;
import dev.holdfast.Codecs;
import dev.holdfast.IdRange;
import dev.holdfast.PayloadWriter;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes that only some states allow. */
@Timeout(120)
class DecideTest {
  private static final Codec<Integer> BALANCE = new Codec<>() {
    @Override
    public void encode(Integer balance, PayloadWriter out) {
      out.putInt(balance);
    }

    @Override
    public Integer decode(ByteBuffer in) {
      return in.getInt();
    }
  };

  private final MemoryDirectory directory = new MemoryDirectory();
  private Wal wal = Wal.open(directory, WalOptions.defaults());

  @AfterEach
  void close() {
    wal.close();
  }

  private DurableState<Integer, String> account() {
    return DurableState.<Integer, String>on(wal, wal.stream("account", Codecs.utf8())).initial(() -> 0)
        .apply((balance, entry) -> balance + Integer.parseInt(entry.value()))
        .snapshots(SnapshotCodec.of(BALANCE), keep(1), everyRecords(100))
        .open();
  }

  private static List<String> withdrawal(int balance, int amount) {
    return balance >= amount ? List.of("-" + amount) : List.of();
  }

  @Test
  void whatIsDecidedIsAppendedAndAppliedWhenItReturns() {
    try (var account = account()) {
      assertEquals(0, account.append("10"));
      assertEquals(new IdRange(1, 2), account.decide(balance -> withdrawal(balance, 7)));
      assertEquals(3, account.<Integer>read(balance -> balance));
      assertEquals(new IdRange(2, 2), account.decide(balance -> withdrawal(balance, 7)), "nothing to append");
      assertEquals(3, account.<Integer>read(balance -> balance));
      assertEquals(new IdRange(2, 4), account.decide(balance -> List.of("-" + balance, "100")));
      assertEquals(100, account.<Integer>read(balance -> balance));
    }
  }

  @Test
  void aDecisionThatFailsChangesNothing() {
    try (var account = account()) {
      account.append("10");
      var error = assertThrows(IllegalArgumentException.class, () -> account.decide(_ -> {
        throw new IllegalArgumentException("no such account");
      }));
      assertEquals("no such account", error.getMessage());
      assertThrows(IllegalStateException.class, () -> account.decide(_ -> List.of(String.valueOf(account.append("1")))),
          "appending from within would wait for itself");
      assertEquals(1, account.append("1"));
      assertEquals(11, account.<Integer>read(balance -> balance));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyThreadsWithdrawAndNoneOverdraws(boolean strict) throws InterruptedException {
    wal.close();
    wal = Wal.open(directory,
        WalOptions.builder().syncPolicy(strict ? SyncPolicy.STRICT : SyncPolicy.ASYNC).build());
    var paidIn = new AtomicInteger();
    var paidOut = new AtomicInteger();
    try (var account = account();
        var pool = Executors.newFixedThreadPool(6, Thread.ofPlatform().name("user-", 0).factory())) {
      for (var thread = 0; thread < 6; thread++) {
        var withdraws = thread % 2 == 0;
        pool.execute(() -> {
          for (var i = 0; i < 500; i++) {
            if (withdraws) {
              var ids = account.decide(balance -> {
                assertTrue(balance >= 0, () -> "overdrawn: " + balance);
                return withdrawal(balance, 5);
              });
              paidOut.addAndGet(ids.end() > ids.start() ? 5 : 0);
            } else if (i % 2 == 0) {
              account.append("1");
              paidIn.addAndGet(1);
            } else {
              account.appendAsync("2").join();
              paidIn.addAndGet(2);
            }
          }
        });
      }
      pool.shutdown();
      assertTrue(pool.awaitTermination(100, TimeUnit.SECONDS));
      assertEquals(3 * 250 + 3 * 250 * 2, paidIn.get());
      assertEquals(paidIn.get() - paidOut.get(), account.<Integer>read(balance -> balance));
    }
    try (var again = account()) {
      assertEquals(paidIn.get() - paidOut.get(), again.<Integer>read(balance -> balance));
    }
  }

  @Test
  void whatWasAppendedWithoutWaitingIsThereWhenItIsDecided() {
    try (var account = account()) {
      for (var i = 1; i <= 200; i++) {
        var expected = i;
        var future = account.appendAsync("1");
        account.decide(balance -> {
          assertEquals(expected, balance);
          return List.of();
        });
        future.join();
      }
    }
  }
}
