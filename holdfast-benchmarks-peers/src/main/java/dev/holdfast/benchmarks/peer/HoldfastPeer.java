package dev.holdfast.benchmarks.peer;

import dev.holdfast.RecordCursor;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.benchmarks.HoldfastLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Holdfast itself, behind the interface of its peers. */
public final class HoldfastPeer implements Peer {
  /** Its name. */
  public static final String NAME = "Holdfast";

  /** Creates it. */
  public HoldfastPeer() {}

  @Override
  public String name() {
    return NAME;
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
    return new Log(HoldfastLog.open(directory, options(guarantee, shape)), shape.segmentSize());
  }

  /** Opens streams of one log; closing one closes them all. */
  @Override
  public List<PeerLog> openGroup(Path directory, int count, Guarantee guarantee, Shape shape) {
    Wal wal = Wal.open(directory, options(guarantee, shape));
    return IntStream.range(0, count)
        .<PeerLog>mapToObj(i -> new Log(new HoldfastLog(wal, wal.stream("stream-" + i)), shape.segmentSize()))
        .toList();
  }

  private static WalOptions options(Guarantee guarantee, Shape shape) {
    SyncPolicy policy = guarantee == Guarantee.DURABLE ? SyncPolicy.STRICT : SyncPolicy.ASYNC;
    return WalOptions.builder().syncPolicy(policy).maxSegmentSize(shape.segmentSize()).build();
  }

  private record Log(HoldfastLog log, long segmentSize) implements PeerLog {
    @Override
    public void append(byte[] record) {
      log.stream().append(record);
    }

    @Override
    public void appendBatch(List<byte[]> records) {
      log.stream().appendBatch(records);
    }

    @Override
    public void sync() {
      log.stream().sync();
    }

    @Override
    public void prepareForBurst(byte[] record) throws InterruptedException {
      log.goToPreparedSpace(record, segmentSize);
    }

    @Override
    public long scan(Visitor visitor) {
      long count = 0;
      try (RecordCursor cursor = log.stream().read(0)) {
        while (cursor.next()) {
          visitor.visit(cursor.payload());
          count++;
        }
      }
      return count;
    }

    @Override
    public byte[] get(long number) {
      return log.stream().get(number).orElseThrow();
    }

    @Override
    public Tail tail() {
      return new TailOf(log.stream().tail(log.stream().nextId()));
    }

    @Override
    public void close() {
      log.close();
    }
  }

  private record TailOf(RecordCursor cursor) implements PeerLog.Tail {
    @Override
    public @Nullable ByteBuffer poll() {
      return cursor.next() ? cursor.payload() : null;
    }

    @Override
    public void close() {
      cursor.close();
    }
  }
}
