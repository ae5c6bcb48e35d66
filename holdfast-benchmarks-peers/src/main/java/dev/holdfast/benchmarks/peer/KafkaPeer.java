package dev.holdfast.benchmarks.peer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import org.jspecify.annotations.Nullable;

/**
 * The log of one partition of Apache Kafka, without the broker. Every append is a record batch as a producer would send
 * it; durable is {@code flush.messages=1}.
 */
final class KafkaPeer implements Peer {
  private static final int EXPIRE_MILLIS = 24 * 60 * 60 * 1000;
  private static final int SMALLEST_SEGMENT = 1 << 20;
  private static final Uuid TOPIC = new Uuid(1, 1);

  @Override
  public String name() {
    return "Kafka log";
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
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) throws IOException {
    Path partition = directory.resolve("log-0");
    boolean fresh = !Files.exists(partition);
    Files.createDirectories(partition);
    var properties = new Properties();
    properties.setProperty(TopicConfig.SEGMENT_BYTES_CONFIG,
        Integer.toString(Math.max(SMALLEST_SEGMENT, shape.segmentSize())));
    properties.setProperty(TopicConfig.PREALLOCATE_CONFIG, "true");
    properties.setProperty(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(shape.segmentSize()));
    if (guarantee == Guarantee.DURABLE) {
      properties.setProperty(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1");
    }
    var scheduler = new KafkaScheduler(1);
    scheduler.startup();
    UnifiedLog log = UnifiedLog.create(partition.toFile(), new LogConfig(properties), 0, 0, scheduler,
        new BrokerTopicStats(), Time.SYSTEM, EXPIRE_MILLIS, new ProducerStateManagerConfig(EXPIRE_MILLIS, false),
        EXPIRE_MILLIS, new LogDirFailureChannel(1), fresh, Optional.of(TOPIC));
    return new Log(log, scheduler, shape.recordSize());
  }

  private static final class Log implements PeerLog {
    private static final int EPOCH = 0;
    private static final int READ_SIZE = 1 << 20;
    private static final int OVERHEAD = 256;

    private final UnifiedLog log;
    private final KafkaScheduler scheduler;

    // The reader's.
    private final ByteBuffer one;
    private final ByteBuffer many;

    Log(UnifiedLog log, KafkaScheduler scheduler, int recordSize) {
      this.log = log;
      this.scheduler = scheduler;
      this.one = ByteBuffer.allocate(recordSize + OVERHEAD);
      this.many = ByteBuffer.allocate(READ_SIZE + recordSize + OVERHEAD);
    }

    @Override
    public void append(byte[] record) throws IOException {
      appendAll(new SimpleRecord(record));
    }

    @Override
    public void appendBatch(List<byte[]> records) throws IOException {
      appendAll(records.stream().map(SimpleRecord::new).toArray(SimpleRecord[]::new));
    }

    private void appendAll(SimpleRecord... records) throws IOException {
      log.appendAsLeader(MemoryRecords.withRecords(Compression.NONE, records), EPOCH);
    }

    @Override
    public void sync() {
      log.flush(false);
    }

    @Override
    public long scan(Visitor visitor) throws IOException {
      long next = 0;
      while (next < log.logEndOffset()) {
        for (MutableRecordBatch batch : read(next, many).batches()) {
          batch.ensureValid();
          for (Record record : batch) {
            visitor.visit(record.value());
          }
          next = batch.lastOffset() + 1;
        }
      }
      return next;
    }

    /** Reads as a fetching client gets it: as many whole batches as fit, in one read. */
    private MemoryRecords read(long offset, ByteBuffer target) throws IOException {
      int room = target.clear().capacity();
      var records = (FileRecords) log.read(offset, room, FetchIsolation.LOG_END, false).records;
      records.readInto(target.limit(records.sizeInBytes()), 0);
      return MemoryRecords.readableRecords(target);
    }

    @Override
    public byte[] get(long number) throws IOException {
      ByteBuffer found = find(number);
      if (found == null) {
        throw new IllegalStateException("no record " + number);
      }
      byte[] record = new byte[found.remaining()];
      found.get(record);
      return record;
    }

    private @Nullable ByteBuffer find(long number) throws IOException {
      if (number >= log.logEndOffset()) {
        return null;
      }
      ByteBuffer found = find(number, one);
      return found != null ? found : find(number, many); // in a batch too large for the small buffer
    }

    private @Nullable ByteBuffer find(long number, ByteBuffer target) throws IOException {
      for (MutableRecordBatch batch : read(number, target).batches()) {
        batch.ensureValid();
        for (Record record : batch) {
          if (record.offset() == number) {
            return record.value();
          }
        }
      }
      return null;
    }

    @Override
    public Tail tail() {
      return new Polling(log.logEndOffset(), this::find);
    }

    @Override
    public void close() throws IOException {
      log.close();
      try {
        scheduler.shutdown();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException().initCause(e);
      }
    }
  }
}
