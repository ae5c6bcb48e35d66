package dev.holdfast.benchmarks.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/**
 * The storage engine of H2, the number of a record as its key. Durable is a commit followed by a sync; otherwise it is
 * committed, which writes, after each MiB: left to itself it would do so in the background, and records would only pile
 * up in memory.
 */
final class MvStorePeer implements Peer {
  @Override
  public String name() {
    return "H2 MVStore";
  }

  @Override
  public String unsynced() {
    return "in memory, at most 1 MiB of it";
  }

  @Override
  public Set<Ability> abilities() {
    return EnumSet.allOf(Ability.class);
  }

  @Override
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws IOException {
    Files.createDirectories(directory);
    MVStore store = new MVStore.Builder().fileName(directory.resolve("store").toString()).autoCommitDisabled().open();
    MVMap<Long, byte[]> map = store.openMap("log",
        new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
    return new Log(store, map, guarantee == Guarantee.DURABLE);
  }

  private static final class Log implements PeerLog {
    private static final int MOST_UNCOMMITTED = 1 << 20;

    private final MVStore store;
    private final MVMap<Long, byte[]> map;
    private final boolean durable;
    private final ReentrantLock writing = new ReentrantLock();

    // Guarded by writing.
    private long next;
    private long uncommitted;

    Log(MVStore store, MVMap<Long, byte[]> map, boolean durable) {
      this.store = store;
      this.map = map;
      this.durable = durable;
    }

    @Override
    public void append(byte[] record) {
      appendBatch(List.of(record));
    }

    @Override
    public void appendBatch(List<byte[]> records) {
      writing.lock();
      try {
        for (byte[] record : records) {
          map.append(next++, record);
          uncommitted += record.length;
        }
        if (durable) {
          sync();
        } else if (uncommitted >= MOST_UNCOMMITTED) {
          store.commit();
          uncommitted = 0;
        }
      } finally {
        writing.unlock();
      }
    }

    @Override
    public void sync() {
      store.commit();
      store.sync();
    }

    @Override
    public long scan(Visitor visitor) {
      long count = 0;
      Cursor<Long, byte[]> cursor = map.cursor(0L);
      while (cursor.hasNext()) {
        cursor.next();
        visitor.visit(ByteBuffer.wrap(cursor.getValue()));
        count++;
      }
      return count;
    }

    @Override
    public byte[] get(long number) {
      byte[] record = map.get(number);
      if (record == null) {
        throw new IllegalStateException("no record " + number);
      }
      return record;
    }

    @Override
    public Tail tail() {
      writing.lock();
      try {
        return new Polling(next, number -> {
          byte[] record = map.get(number);
          return record == null ? null : ByteBuffer.wrap(record);
        });
      } finally {
        writing.unlock();
      }
    }

    @Override
    public void close() {
      store.close();
    }
  }
}
