package dev.holdfast.benchmarks.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * LMDB, the number of a record as its key. One writer at a time; every append is a transaction of its own. No
 * checksums.
 */
final class LmdbPeer implements Peer {
  private static final long MAP_SIZE = 64L << 30;

  @Override
  public String name() {
    return "LMDB";
  }

  @Override
  public String unsynced() {
    return "survives the death of the process";
  }

  @Override
  public Set<Ability> abilities() {
    return EnumSet.allOf(Ability.class);
  }

  @Override
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws Exception {
    Files.createDirectories(directory);
    EnvFlags[] flags = guarantee == Guarantee.DURABLE
        ? new EnvFlags[]{EnvFlags.MDB_NOTLS}
        : new EnvFlags[]{EnvFlags.MDB_NOTLS, EnvFlags.MDB_NOSYNC};
    Env<ByteBuffer> env = Env.create().setMapSize(MAP_SIZE).setMaxDbs(1).open(directory.toFile(), flags);
    Dbi<ByteBuffer> table = env.openDbi("log", DbiFlags.MDB_CREATE, DbiFlags.MDB_INTEGERKEY);
    return new Log(env, table, shape.recordSize());
  }

  private static final class Log implements PeerLog {
    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> table;

    /** In front of the lock inside, which would hold on to the carriers of waiting virtual threads. */
    private final ReentrantLock writing = new ReentrantLock();

    // Guarded by writing.
    private final ByteBuffer key = key();
    private final ByteBuffer value;
    private long next;

    // The reader's.
    private final ByteBuffer readKey = key();
    private final Txn<ByteBuffer> reading;

    Log(Env<ByteBuffer> env, Dbi<ByteBuffer> table, int recordSize) {
      this.env = env;
      this.table = table;
      this.value = ByteBuffer.allocateDirect(recordSize);
      this.reading = env.txnRead();
      reading.reset();
    }

    private static ByteBuffer key() {
      return ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    }

    @Override
    public void append(byte[] record) {
      appendBatch(List.of(record));
    }

    @Override
    public void appendBatch(List<byte[]> records) {
      writing.lock();
      try (Txn<ByteBuffer> transaction = env.txnWrite()) {
        for (byte[] record : records) {
          key.putLong(0, next++);
          value.clear().put(record).flip();
          table.put(transaction, key, value, PutFlags.MDB_APPEND);
        }
        transaction.commit();
      } finally {
        writing.unlock();
      }
    }

    @Override
    public void sync() {
      env.sync(true);
    }

    @Override
    public long scan(Visitor visitor) {
      long count = 0;
      try (Txn<ByteBuffer> transaction = env.txnRead(); Cursor<ByteBuffer> cursor = table.openCursor(transaction)) {
        for (boolean found = cursor.first(); found; found = cursor.next()) {
          visitor.visit(cursor.val());
          count++;
        }
      }
      return count;
    }

    @Override
    public byte[] get(long number) {
      byte[] record = find(number);
      if (record == null) {
        throw new IllegalStateException("no record " + number);
      }
      return record;
    }

    private byte @Nullable [] find(long number) {
      reading.renew();
      try {
        readKey.putLong(0, number);
        @Nullable
        ByteBuffer found = table.get(reading, readKey);
        if (found == null) {
          return null;
        }
        byte[] record = new byte[found.remaining()];
        found.get(record);
        return record;
      } finally {
        reading.reset();
      }
    }

    @Override
    public Tail tail() {
      writing.lock();
      try {
        return new Polling(next, number -> {
          byte[] record = find(number);
          return record == null ? null : ByteBuffer.wrap(record);
        });
      } finally {
        writing.unlock();
      }
    }

    @Override
    public void close() {
      reading.close();
      table.close();
      env.close();
    }
  }
}
