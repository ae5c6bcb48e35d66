package dev.holdfast.benchmarks.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.bookkeeper.bookie.Journal;
import org.apache.bookkeeper.bookie.LedgerDirsManager;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.proto.BookkeeperInternalCallbacks.WriteCallback;
import org.apache.bookkeeper.stats.NullStatsLogger;
import org.apache.bookkeeper.util.DiskChecker;

/**
 * The journal of a bookie of Apache BookKeeper, without the bookie: entries are queued, written in groups by a thread
 * of its own, synced by another, and their callbacks run by a third. Set to write when its queue is empty, as it would
 * wait for 2 ms otherwise.
 */
final class BookKeeperPeer implements Peer {
  private static final int ENTRY_PREFIX = 2 * Long.BYTES;
  private static final int MEBIBYTE = 1 << 20;
  private static final float FULL = 0.9999f;

  @Override
  public String name() {
    return "BookKeeper";
  }

  @Override
  public String unsynced() {
    return "queued, at most 1 MiB of it";
  }

  @Override
  public Set<Ability> abilities() {
    return EnumSet.of(Ability.BATCH, Ability.SCAN);
  }

  @Override
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws IOException {
    Files.createDirectories(directory);
    var configuration = new ServerConfiguration().setJournalDirName(directory.toString())
        .setJournalFlushWhenQueueEmpty(true).setJournalSyncData(guarantee == Guarantee.DURABLE)
        .setMaxJournalSizeMB(Math.max(1, shape.segmentSize() / MEBIBYTE)).setJournalRemovePagesFromCache(false);
    configuration.setLedgerDirNames(new String[]{directory.toString()});
    var disks = new LedgerDirsManager(configuration, configuration.getLedgerDirs(), new DiskChecker(FULL, FULL));
    var journal = new Journal(0, directory.toFile(), configuration, disks, NullStatsLogger.INSTANCE,
        PooledByteBufAllocator.DEFAULT);
    journal.start();
    return new Log(journal, guarantee == Guarantee.DURABLE);
  }

  private static final class Log implements PeerLog {
    private static final long LEDGER = 1;

    private final Journal journal;
    private final boolean durable;
    private final AtomicLong next = new AtomicLong();
    private final InFlight inFlight = new InFlight();

    Log(Journal journal, boolean durable) {
      this.journal = journal;
      this.durable = durable;
    }

    @Override
    public void append(byte[] record) throws Exception {
      CompletableFuture<Void> done = submit(record);
      if (durable) {
        done.join();
      }
    }

    @Override
    public void appendBatch(List<byte[]> records) throws Exception {
      CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
      for (byte[] record : records) {
        last = submit(record); // durable in order
      }
      last.join();
    }

    private CompletableFuture<Void> submit(byte[] record) throws InterruptedException {
      inFlight.begin(record.length);
      long number = next.getAndIncrement();
      ByteBuf entry = ByteBufAllocator.DEFAULT.directBuffer(ENTRY_PREFIX + record.length);
      entry.writeLong(LEDGER).writeLong(number).writeBytes(record);
      var done = new CompletableFuture<Void>();
      WriteCallback callback = (code, _, _, _, _) -> {
        inFlight.end(record.length);
        if (code == 0) {
          done.complete(null);
        } else {
          done.completeExceptionally(new IOException("BookKeeper says " + code));
        }
      };
      journal.logAddEntry(LEDGER, number, entry, false, callback, null);
      entry.release(); // the journal has retained it
      return done;
    }

    @Override
    public void sync() throws InterruptedException {
      inFlight.await();
    }

    @Override
    public long scan(Visitor visitor) throws Exception {
      var count = new long[1];
      for (long id : Journal.listJournalIds(journal.getJournalDirectory(), null)) {
        journal.scanJournal(id, 0, (_, _, entry) -> {
          if (entry.remaining() >= ENTRY_PREFIX && entry.getLong(entry.position()) == LEDGER
              && entry.getLong(entry.position() + Long.BYTES) >= 0) {
            visitor.visit(skipPrefix(entry));
            count[0]++;
          }
        }, true);
      }
      return count[0];
    }

    private static ByteBuffer skipPrefix(ByteBuffer entry) {
      return entry.position(entry.position() + ENTRY_PREFIX);
    }

    @Override
    public void close() throws IOException {
      try {
        sync(); // it would drop what is queued
        journal.shutdown();
        journal.joinThread();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException().initCause(e);
      }
    }
  }
}
