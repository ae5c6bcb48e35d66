package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A segment while it is open: its header, its index and its bytes, read positionally or by bulk copies from a map.
 * Memory that can fault is touched by nothing but those copies.
 */
public final class OpenSegment implements Closeable {
  private final LogFile file;
  private final SegmentHeader header;
  private final IndexEntries index;
  private final EqualFrames equalFrames;
  private final @Nullable Seal seal;
  private final long size;
  private final @Nullable MemorySegment map;
  private final @Nullable Arena arena;
  private final Reaper reaper;
  private @Nullable FileLease lease; // set before anybody else has it

  private OpenSegment(LogFile file, SegmentHeader header, IndexEntries index, @Nullable Seal seal, long size,
      @Nullable MemorySegment map, @Nullable Arena arena, Reaper reaper) {
    this.file = file;
    this.header = header;
    this.index = index;
    this.equalFrames = new EqualFrames(index);
    this.seal = seal;
    this.size = size;
    this.map = map;
    this.arena = arena;
    this.reaper = reaper;
  }

  /** Returns a segment without a trusted seal, read positionally. */
  static OpenSegment unsealed(LogFile file, SegmentHeader header, IndexEntries index, Reaper reaper)
      throws IOException {
    return new OpenSegment(file, header, index, null, file.size(), null, null, reaper);
  }

  /** Returns a sealed segment; mapped if {@code mapped}, and then {@code file} is closed. */
  static OpenSegment sealed(LogFile file, SegmentHeader header, Seal seal, boolean mapped, Reaper reaper)
      throws IOException {
    var size = file.size();
    if (!mapped) {
      return new OpenSegment(file, header, seal.index(), seal, size, null, null, reaper);
    }
    var arena = Arena.ofShared();
    try {
      var map = file.map(arena, 0, size, Access.READ);
      file.close();
      return new OpenSegment(file, header, seal.index(), seal, size, map, arena, reaper);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /** Returns the header. */
  public SegmentHeader header() {
    return header;
  }

  /** Returns the sparse index; of a segment still being written, it grows. */
  public IndexEntries index() {
    return index;
  }

  /** Returns what is known of the stretches between the entries of the index. */
  public EqualFrames equalFrames() {
    return equalFrames;
  }

  /** Returns the trusted seal, if it has one. */
  public @Nullable Seal seal() {
    return seal;
  }

  /** Returns the file, for a segment that is not mapped. */
  LogFile file() {
    return file;
  }

  /** Returns the size of the file: of one that is still written, its size now. */
  public long currentSize() throws IOException {
    return seal == null ? file.size() : size;
  }

  /**
   * Copies bytes from {@code position} on into {@code dst}.
   *
   * @return how many: {@code length}, or less at the end of the file
   */
  public int read(long position, byte[] dst, int offset, int length) throws IOException {
    if (map == null) {
      return file.read(ByteBuffer.wrap(dst, offset, length), position);
    }
    var n = (int) Math.max(0, Math.min(length, size - position));
    try {
      MemorySegment.copy(map, ValueLayout.JAVA_BYTE, position, dst, offset, n);
    } catch (InternalError e) { // how the JVM reports a fault in a copy: the file was cut short, or its device failed
      throw new IOException(file.name() + ": mapped memory at offset " + position + " cannot be read", e);
    }
    return n;
  }

  /** Says who is to be told when it is closed. */
  OpenSegment under(FileLease its) {
    lease = its;
    return this;
  }

  @Override
  public void close() throws IOException {
    try {
      if (arena == null) {
        file.close();
      } else {
        reaper.close(arena);
      }
    } finally {
      if (lease != null) {
        lease.leave();
      }
    }
  }
}
