package dev.holdfast.benchmarks.peer;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;
import org.apache.activemq.artemis.core.io.aio.AIOSequentialFileFactory;
import org.apache.activemq.artemis.core.io.mapped.MappedSequentialFileFactory;
import org.apache.activemq.artemis.core.io.nio.NIOSequentialFileFactory;
import org.apache.activemq.artemis.core.journal.IOCompletion;
import org.apache.activemq.artemis.core.journal.RecordInfo;
import org.apache.activemq.artemis.core.journal.impl.JournalFile;
import org.apache.activemq.artemis.core.journal.impl.JournalImpl;
import org.apache.activemq.artemis.core.journal.impl.JournalReaderCallback;
import org.apache.activemq.artemis.core.journal.impl.dataformat.ByteArrayEncoding;

/**
 * The journal of ActiveMQ Artemis, over each of its kinds of files. It collects records for a while before it writes;
 * that while is set by hand, as its command line does after measuring the disk: its default would make each durable
 * append wait for 3.3 ms.
 */
final class ArtemisPeer implements Peer {
  private static final int BUFFER_SIZE = 512 << 10;
  private static final int BUFFER_TIMEOUT_NANOS = (int) TimeUnit.MICROSECONDS.toNanos(200);

  /** Of all journals together the system allows 65,536 at a time, as it comes. */
  private static final int MOST_IO = 512;

  private final Kind kind;

  ArtemisPeer(Kind kind) {
    this.kind = kind;
  }

  /** Through what it writes. */
  enum Kind {
    /** A file channel. */
    NIO {
      @Override
      SequentialFileFactory factory(File directory, int fileSize) {
        return new NIOSequentialFileFactory(directory, true, BUFFER_SIZE, BUFFER_TIMEOUT_NANOS, 1, false);
      }
    },
    /** Asynchronous and direct writes of the system, by native code. */
    AIO {
      @Override
      SequentialFileFactory factory(File directory, int fileSize) {
        return new AIOSequentialFileFactory(directory, BUFFER_SIZE, BUFFER_TIMEOUT_NANOS, MOST_IO, false);
      }
    },
    /** A mapping of each file. */
    MAPPED {
      @Override
      SequentialFileFactory factory(File directory, int fileSize) {
        return new MappedSequentialFileFactory(directory, fileSize, true, BUFFER_SIZE, BUFFER_TIMEOUT_NANOS, null);
      }
    };

    abstract SequentialFileFactory factory(File directory, int fileSize);

    /** Direct writes go around the page cache, and so would their reader. */
    SequentialFileFactory readingFactory(File directory, int fileSize) {
      return this == AIO ? NIO.factory(directory, fileSize) : factory(directory, fileSize);
    }
  }

  @Override
  public String name() {
    return "Artemis " + (kind == Kind.MAPPED ? kind.name().toLowerCase(Locale.ROOT) : kind.name());
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
  public Optional<String> unavailable() {
    return kind == Kind.AIO && !AIOSequentialFileFactory.isSupported()
        ? Optional.of("the native library does not load: libaio is missing")
        : Optional.empty();
  }

  @Override
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws Exception {
    Files.createDirectories(directory);
    int fileSize = Math.max(shape.segmentSize(), 4 * shape.recordSize());
    SequentialFileFactory factory = kind.factory(directory.toFile(), fileSize);
    JournalImpl journal = journal(factory, fileSize);
    journal.start();
    journal.loadInternalOnly();
    return new Log(this, journal, directory, fileSize, guarantee == Guarantee.DURABLE, new AtomicLong(),
        new InFlight());
  }

  private static JournalImpl journal(SequentialFileFactory factory, int fileSize) {
    return new JournalImpl(fileSize, 2, -1, 0, 0, factory, "holdfast", "amq", MOST_IO);
  }

  private record Log(ArtemisPeer peer, JournalImpl journal, Path directory, int fileSize, boolean durable,
      AtomicLong next, InFlight inFlight) implements PeerLog {
    private static final byte TYPE = 1;

    @Override
    public void append(byte[] record) throws Exception {
      if (durable) {
        journal.appendAddRecord(next.getAndIncrement(), TYPE, record, true);
      } else {
        inFlight.begin(record.length);
        journal.appendAddRecord(next.getAndIncrement(), TYPE, new ByteArrayEncoding(record), false,
            new Written(inFlight, record.length));
      }
    }

    @Override
    public void appendBatch(List<byte[]> records) throws Exception {
      long transaction = next.get();
      for (byte[] record : records) {
        journal.appendAddRecordTransactional(transaction, next.getAndIncrement(), TYPE, record);
      }
      journal.appendCommitRecord(transaction, durable);
    }

    @Override
    public void sync() throws Exception {
      journal.flush();
      inFlight.await();
    }

    @Override
    public long scan(Visitor visitor) throws Exception {
      journal.flush();
      SequentialFileFactory reading = peer.kind.readingFactory(directory.toFile(), fileSize);
      var count = new Counting(visitor);
      AtomicReference<ByteBuffer> buffer = new AtomicReference<>();
      for (JournalFile file : ArtemisPeer.journal(reading, fileSize).orderFiles()) {
        JournalImpl.readJournalFile(reading, file, count, buffer);
      }
      return count.records;
    }

    @Override
    public void close() throws IOException {
      try {
        journal.stop();
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }

  /** Told when a record has been written. */
  private record Written(InFlight inFlight, int bytes) implements IOCompletion {
    @Override
    public void storeLineUp() {
      // Nobody counts what is under way but InFlight.
    }

    @Override
    public void done() {
      inFlight.end(bytes);
    }

    @Override
    public void onError(int code, String message) {
      inFlight.end(bytes); // the journal refuses the next append
    }
  }

  private static final class Counting implements JournalReaderCallback {
    private final PeerLog.Visitor visitor;
    private long records;

    Counting(PeerLog.Visitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void onReadAddRecord(RecordInfo info) {
      visitor.visit(ByteBuffer.wrap(info.data));
      records++;
    }

    @Override
    public void onReadAddRecordTX(long transaction, RecordInfo info) {
      onReadAddRecord(info); // nothing here is ever rolled back
    }
  }
}
