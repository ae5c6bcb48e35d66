package dev.holdfast.benchmarks.peer;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;

/**
 * Chronicle Queue. Without {@link SyncMode#SYNC} its {@code sync()} does nothing that lasts; with it, it is an
 * {@code msync} of what this appender has mapped, one for each record. It has no checksums, and rolls by time only: the
 * clock it is given moves on a day whenever a file has grown to the size of a segment.
 */
final class ChroniclePeer implements Peer {
  @Override
  public String name() {
    return "Chronicle Queue";
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
  public PeerLog open(Path directory, Guarantee guarantee, Shape shape) {
    var clock = new AtomicLong(TimeUnit.DAYS.toMillis(20_000));
    ChronicleQueue queue = SingleChronicleQueueBuilder.binary(directory).rollCycle(RollCycles.FAST_DAILY)
        .timeProvider(clock::get).syncMode(SyncMode.SYNC).build();
    return new Log(queue, guarantee, clock, shape.segmentSize());
  }

  private static final class Log implements PeerLog {
    private final ChronicleQueue queue;
    private final Guarantee guarantee;
    private final AtomicLong clock;
    private final long segmentSize;
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong records = new AtomicLong();
    private final List<Long> cycleStarts = new CopyOnWriteArrayList<>(List.of(0L)); // right for one appending thread
    private final AtomicLong rollAt;
    private final long firstCycle;
    private final ConcurrentLinkedQueue<ExcerptAppender> appenders = new ConcurrentLinkedQueue<>();
    private @Nullable ExcerptTailer random;
    private final Bytes<ByteBuffer> scratch = newScratch();

    Log(ChronicleQueue queue, Guarantee guarantee, AtomicLong clock, long segmentSize) {
      this.queue = queue;
      this.guarantee = guarantee;
      this.clock = clock;
      this.segmentSize = segmentSize;
      this.rollAt = new AtomicLong(segmentSize);
      this.firstCycle = clock.get() / TimeUnit.DAYS.toMillis(1);
    }

    @Override
    public void append(byte[] record) {
      ExcerptAppender appender = borrow();
      write(appender, record);
      if (guarantee == Guarantee.DURABLE) {
        appender.sync();
      }
      appenders.add(appender);
    }

    @Override
    public void appendBatch(List<byte[]> records) {
      ExcerptAppender appender = borrow();
      records.forEach(record -> write(appender, record));
      if (guarantee == Guarantee.DURABLE) {
        appender.sync();
      }
      appenders.add(appender);
    }

    private void write(ExcerptAppender appender, byte[] record) {
      try (DocumentContext document = appender.writingDocument()) {
        Bytes<?> bytes = bytesOf(document);
        bytes.write(record);
      }
      long count = records.incrementAndGet();
      long end = appended.addAndGet(record.length);
      long limit = rollAt.get();
      if (end >= limit && rollAt.compareAndSet(limit, limit + segmentSize)) {
        cycleStarts.add(count);
        clock.addAndGet(TimeUnit.DAYS.toMillis(1));
      }
    }

    /** Appenders belong to one thread at a time; there are as many as threads have ever been appending at once. */
    private ExcerptAppender borrow() {
      ExcerptAppender pooled = appenders.poll();
      if (pooled != null) {
        return pooled;
      }
      ExcerptAppender created = queue.createAppender();
      created.singleThreadedCheckDisabled(true);
      return created;
    }

    @Override
    public void sync() {
      ExcerptAppender appender = borrow();
      appender.sync();
      appenders.add(appender);
    }

    @Override
    public long scan(Visitor visitor) {
      long count = 0;
      try (ExcerptTailer tailer = queue.createTailer().toStart()) {
        tailer.singleThreadedCheckDisabled(true);
        ByteBuffer record;
        while ((record = read(tailer, scratch)) != null) {
          visitor.visit(record);
          count++;
        }
      }
      return count;
    }

    /** Used by one thread at a time, which is another one in each round. */
    private static Bytes<ByteBuffer> newScratch() {
      Bytes<ByteBuffer> created = Bytes.elasticByteBuffer();
      created.singleThreadedCheckDisabled(true);
      return created;
    }

    private static @Nullable ByteBuffer read(ExcerptTailer tailer, Bytes<ByteBuffer> target) {
      if (!tailer.readBytes(target.clear())) {
        return null;
      }
      ByteBuffer buffer = target.underlyingObject();
      if (buffer == null) {
        throw new IllegalStateException("these bytes have a buffer");
      }
      return buffer.clear().limit((int) target.readRemaining());
    }

    @Override
    public byte[] get(long number) {
      ExcerptTailer tailer = random;
      if (tailer == null) {
        tailer = queue.createTailer();
        tailer.singleThreadedCheckDisabled(true);
        random = tailer;
      }
      int cycle = cycleStarts.size() - 1;
      while (cycleStarts.get(cycle) > number) {
        cycle--;
      }
      long index = RollCycles.FAST_DAILY.toIndex((int) firstCycle + cycle, number - cycleStarts.get(cycle));
      if (!tailer.moveToIndex(index)) {
        throw new IllegalStateException("no record " + number + " in cycle " + cycle);
      }
      try (DocumentContext document = tailer.readingDocument()) {
        Bytes<?> bytes = bytesOf(document);
        byte[] record = new byte[(int) bytes.readRemaining()];
        bytes.read(record);
        return record;
      }
    }

    private static Bytes<?> bytesOf(DocumentContext document) {
      var wire = document.wire();
      if (wire == null) {
        throw new IllegalStateException("no document");
      }
      return wire.bytes();
    }

    @Override
    public Tail tail() {
      ExcerptTailer tailer = queue.createTailer().toEnd();
      tailer.singleThreadedCheckDisabled(true);
      return new TailOf(tailer, newScratch());
    }

    @Override
    public void close() {
      appenders.forEach(ExcerptAppender::close);
      queue.close();
      scratch.releaseLast();
    }
  }

  private record TailOf(ExcerptTailer tailer, Bytes<ByteBuffer> scratch) implements PeerLog.Tail {
    @Override
    public @Nullable ByteBuffer poll() {
      return Log.read(tailer, scratch);
    }

    @Override
    public void close() {
      tailer.close();
      scratch.releaseLast();
    }
  }
}
