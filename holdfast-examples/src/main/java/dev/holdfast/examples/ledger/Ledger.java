package dev.holdfast.examples.ledger;

import dev.holdfast.WalOptions;
import dev.holdfast.shard.Checkpoint;
import dev.holdfast.shard.ShardedWal;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Accounts and transfers between them. Safe for use by many threads.
 *
 * <p>
 * A transfer is two events in the shards of two accounts, and a batch over two shards is not atomic. So it is two
 * steps, and each is durable before the next: money is withdrawn, then deposited. Whoever opens the ledger after a
 * crash finds which withdrawals have no deposit, and makes them good.
 *
 * <p>
 * A snapshot is taken while no event is under way: first the checkpoint, then the balances of that moment, in a file
 * with the checkpoint's name. A checkpoint without a file is one whose process died in between; the one before it has
 * one.
 */
final class Ledger implements AutoCloseable {
  static final int SHARDS = 8;
  private static final int SNAPSHOTS = 2;
  private static final int MAX_SNAPSHOT = 1 << 28;
  private static final WalOptions OPTIONS = WalOptions.builder().maxSegmentSize(64 * 1024).build();

  private final ShardedWal log;
  private final Directory snapshots;
  private final Balances balances; // guarded by itself
  private final Restored restored;
  /** Shared by those who append and apply an event, held alone by who takes a snapshot. */
  private final ReentrantReadWriteLock steady = new ReentrantReadWriteLock();

  /**
   * How a ledger was restored.
   *
   * @param snapshot the name of the checkpoint, or "none"
   * @param events how many events were read after it
   * @param completed how many transfers had to be completed
   */
  record Restored(String snapshot, long events, int completed) {}

  private Ledger(ShardedWal log, Directory snapshots) throws IOException {
    this.log = log;
    this.snapshots = snapshots;
    Checkpoint from = newestWithSnapshot();
    this.balances = from == null ? new Balances() : Balances.decode(snapshots.read(from.idText(), MAX_SNAPSHOT));
    long events = 0;
    for (int shard = 0; shard < SHARDS; shard++) {
      events += replay(shard, from);
    }
    var open = balances.underWay();
    open.forEach(this::deposit);
    this.restored = new Restored(from == null ? "none" : from.idText(), events, open.size());
  }

  /** Opens the ledger in a directory, creating it if need be. */
  static Ledger open(Path directory) throws IOException {
    var log = ShardedWal.open(directory.resolve("log"), OPTIONS, SHARDS);
    try {
      return new Ledger(log, FsDirectory.create(directory.resolve("balances")));
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private @Nullable Checkpoint newestWithSnapshot() throws IOException {
    for (var checkpoint : log.checkpoints().reversed()) {
      if (snapshots.exists(checkpoint.idText())) {
        return checkpoint;
      }
    }
    return null;
  }

  private long replay(int shard, @Nullable Checkpoint from) {
    long events = 0;
    try (var records = from == null ? log.read(shard, 0) : log.readAfter(from, shard)) {
      while (records.next()) {
        balances.apply(Event.decode(records.payload()));
        events++;
      }
    }
    return events;
  }

  Restored restored() {
    return restored;
  }

  // ---- events

  void openAccount(int account, long amount) {
    happen(new Event.Opened(account, amount));
  }

  /** Moves money; done when it returns. */
  void transfer(long transfer, int from, int to, long amount) {
    var withdrawn = new Event.Withdrawn(transfer, from, to, amount);
    withdraw(withdrawn);
    deposit(withdrawn);
  }

  void withdraw(Event.Withdrawn withdrawn) {
    happen(withdrawn);
  }

  private void deposit(Event.Withdrawn withdrawn) {
    happen(new Event.Deposited(withdrawn.transfer(), withdrawn.to(), withdrawn.amount()));
  }

  /** First durable, then applied: nobody sees what a crash could take back. */
  private void happen(Event event) {
    steady.readLock().lock();
    try {
      log.append(Event.keyOf(event.account()), Event.encode(event));
      synchronized (balances) {
        balances.apply(event);
      }
    } finally {
      steady.readLock().unlock();
    }
  }

  // ---- snapshots

  /** Saves the balances, and drops the events that they cover. One at a time. */
  synchronized void snapshot(String name) throws IOException {
    byte[] state;
    steady.writeLock().lock();
    try {
      log.createCheckpoint(name);
      synchronized (balances) {
        state = balances.encode();
      }
    } finally {
      steady.writeLock().unlock();
    }
    snapshots.writeAtomically(name, state);
    log.pruneBefore(name); // only now: until the file is there, an older one and the events after it are needed
    log.compactCheckpoints(SNAPSHOTS);
    for (var file : snapshots.list()) {
      if (log.checkpoint(file).isEmpty()) {
        snapshots.delete(file);
      }
    }
  }

  // ---- looking

  /** Looks at the balances while nothing happens to them. */
  <T> T look(Function<Balances, T> question) {
    synchronized (balances) {
      return question.apply(balances);
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
