package dev.holdfast.benchmarks.micro;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.internal.format.Frame;
import dev.holdfast.internal.format.FrameChecksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Frames in memory: encoding one, and the checksum of one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {
  private static final long SALT = 0x5ca1ab1e_0ddba11L;

  /** Bytes of the record. */
  @Param({"128", "1024", "16384"})
  public int size;

  private final FrameChecksum checksum = new FrameChecksum();
  private final CRC32C plain = new CRC32C();
  private byte[] record = {};
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);
  private long nextId;

  /** For JMH. */
  public FrameBenchmark() {}

  /** Makes a record, and room for its frame outside the heap. */
  @Setup
  public void prepare() {
    record = Records.ofSize(size);
    buffer = ByteBuffer.allocateDirect(Math.toIntExact(Frame.sizeOf(size))).order(ByteOrder.LITTLE_ENDIAN);
    encode();
  }

  /** Header, payload and checksum of a frame. */
  @Benchmark
  public int encode() {
    buffer.clear().put(Frame.HEADER, record);
    Frame.putHeader(buffer, 0, size, nextId++, 1, 0, 0, Frame.RECORD);
    int sum = checksum.of(SALT, buffer, 0, size);
    buffer.clear().putInt(Frame.CHECKSUM, sum);
    return sum;
  }

  /** The checksum of a frame, salted. */
  @Benchmark
  public int checksum() {
    return checksum.of(SALT, buffer, 0, size);
  }

  /** What the JDK takes for as many bytes without a salt: the limit of the above. */
  @Benchmark
  public long plainChecksum() {
    plain.reset();
    plain.update(buffer.clear().limit(Frame.HEADER + size));
    return plain.getValue();
  }
}
