package dev.holdfast.benchmarks.peer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB, the number of a record as its key. An append waits for the sync of its write-ahead log; those of several
 * threads share one. Its native calls hold on to the carriers of virtual threads.
 */
final class RocksDbPeer implements Peer {
  private static final int RECYCLED_LOGS = 4;

  @Override
  public String name() {
    return "RocksDB";
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
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws RocksDBException {
    RocksDB.loadLibrary();
    Options options = new Options().setCreateIfMissing(true).setRecycleLogFileNum(RECYCLED_LOGS)
        .setWriteBufferSize(Shape.USUAL_SEGMENT).setCompressionType(CompressionType.NO_COMPRESSION);
    RocksDB db = RocksDB.open(options, directory.toString());
    return new Log(db, options, new WriteOptions().setSync(guarantee == Guarantee.DURABLE), new ReadOptions(),
        new AtomicLong(), ByteBuffer.allocateDirect(Math.max(1, shape.recordSize())));
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private record Log(RocksDB db, Options options, WriteOptions writing, ReadOptions reading, AtomicLong next,
      ByteBuffer scratch) implements PeerLog {
    @Override
    public void append(byte[] record) throws RocksDBException {
      db.put(writing, key(next.getAndIncrement()), record);
    }

    @Override
    public void appendBatch(List<byte[]> records) throws RocksDBException {
      try (var batch = new WriteBatch()) {
        for (byte[] record : records) {
          batch.put(key(next.getAndIncrement()), record);
        }
        db.write(writing, batch);
      }
    }

    @Override
    public void sync() throws RocksDBException {
      db.flushWal(true);
    }

    @Override
    public long scan(Visitor visitor) {
      long count = 0;
      try (RocksIterator iterator = db.newIterator(reading)) {
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          int length = iterator.value(scratch.clear());
          visitor.visit(scratch.position(0).limit(length));
          count++;
        }
      }
      return count;
    }

    @Override
    public byte[] get(long number) throws RocksDBException {
      byte[] record = db.get(reading, key(number));
      if (record == null) {
        throw new IllegalStateException("no record " + number);
      }
      return record;
    }

    @Override
    public Tail tail() {
      return new Polling(next.get(), number -> wrapped(db.get(reading, key(number))));
    }

    private static @Nullable ByteBuffer wrapped(byte @Nullable [] record) {
      return record == null ? null : ByteBuffer.wrap(record);
    }

    @Override
    public void close() {
      db.close();
      writing.close();
      reading.close();
      options.close();
    }
  }
}
