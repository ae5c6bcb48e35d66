package dev.holdfast;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** One record read from a stream: its id, when it was appended, and its bytes. Immutable; equal by content. */
public final class LogRecord {
  private final long id;
  private final Instant time;
  private final byte[] payload;

  /** Creates a record; the payload is copied. */
  public LogRecord(long id, Instant time, byte[] payload) {
    this.id = id;
    this.time = Objects.requireNonNull(time, "time");
    this.payload = payload.clone();
  }

  /** Returns the id within its stream. */
  public long id() {
    return id;
  }

  /** Returns when it was appended, to the millisecond, by the clock of the writer; never decreases within a segment. */
  public Instant time() {
    return time;
  }

  /** Returns a copy of the bytes. */
  public byte[] payload() {
    return payload.clone();
  }

  /** Returns a read-only view of the bytes. */
  public ByteBuffer payloadView() {
    return ByteBuffer.wrap(payload).asReadOnlyBuffer();
  }

  /** Returns the number of bytes. */
  public int length() {
    return payload.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LogRecord that && id == that.id && time.equals(that.time)
        && Arrays.equals(payload, that.payload);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(id) + Arrays.hashCode(payload);
  }

  @Override
  public String toString() {
    var shown = payload.length <= 32 ? payload : Arrays.copyOf(payload, 32);
    return "LogRecord[" + id + ", " + time + ", " + payload.length + " bytes: " + HexFormat.of().formatHex(shown)
        + (shown.length < payload.length ? "…]" : "]");
  }
}
