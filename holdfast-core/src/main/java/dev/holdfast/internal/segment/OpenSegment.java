package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.IndexEntries;
import dev.holdfast.internal.format.Seal;
import dev.holdfast.internal.format.SegmentHeader;
import dev.holdfast.internal.logging.Log;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A segment while it is open: its header, its index and its bytes, read positionally or by bulk copies from a map; of
 * one that is being written, what is only in the ring from there. Memory that can fault is touched by nothing but those
 * copies. Safe for use by many threads until it is closed.
 */
public final class OpenSegment implements Closeable {
  /** A segment that is still written is mapped once it has been read so often: most are read little while they are. */
  private static final int READS_BEFORE_MAP = 64;

  private final LogFile file;
  private final SegmentHeader header;
  private final IndexEntries index;
  private final EqualFrames equalFrames;
  private final @Nullable Seal seal;
  private final long size;
  private final @Nullable Growth growth;
  private final AtomicInteger reads = new AtomicInteger();
  private final Reaper reaper;
  private volatile @Nullable Map map;
  private @Nullable FileLease lease; // set before anybody else has it

  /** What is to be known of a segment that is being written by this process. */
  interface Growth {
    /** Returns the offset up to which it has been written, which no sealing will cut off. */
    long written();

    /**
     * Copies bytes that are only in the ring.
     *
     * @return how many; negative if there are none at {@code position}, or if they have been written by now
     */
    int readStaged(long position, byte[] dst, int offset, int length) throws IOException;

    /** Returns whether its space is reserved, and files are to be mapped. */
    boolean mayBeMapped();

    /** Opens the file by the name it has now: it may have had another one when it was opened first. */
    LogFile reopen() throws IOException;
  }

  /** The file in memory, as far as it was there when it was mapped. */
  private record Map(MemorySegment memory, Arena arena) {

    static Map of(LogFile file, long size) throws IOException {
      var arena = Arena.ofShared();
      try {
        return new Map(file.map(arena, 0, size, Access.READ), arena);
      } catch (IOException | RuntimeException | Error e) {
        arena.close();
        throw e;
      }
    }

    void copy(long position, byte[] dst, int offset, int length) {
      MappedMemory.load(memory, position, dst, offset, length);
    }
  }

  private OpenSegment(LogFile file, SegmentHeader header, IndexEntries index, @Nullable Seal seal, long size,
      @Nullable Map map, @Nullable Growth growth, Reaper reaper) {
    this.file = file;
    this.header = header;
    this.index = index;
    this.equalFrames = new EqualFrames(index);
    this.seal = seal;
    this.size = size;
    this.map = map;
    this.growth = growth;
    this.reaper = reaper;
  }

  /** Returns a segment without a trusted seal, read positionally. */
  static OpenSegment unsealed(LogFile file, SegmentHeader header, IndexEntries index, Reaper reaper)
      throws IOException {
    return new OpenSegment(file, header, index, null, file.size(), null, null, reaper);
  }

  /** Returns a segment that is being written by this process, mapped when it is read often, if it may be. */
  static OpenSegment beingWritten(LogFile file, SegmentHeader header, IndexEntries index, Growth growth,
      Reaper reaper) throws IOException {
    return new OpenSegment(file, header, index, null, file.size(), null, growth, reaper);
  }

  /** Returns a sealed segment; mapped if {@code mapped}, and then {@code file} is closed. */
  static OpenSegment sealed(LogFile file, SegmentHeader header, Seal seal, boolean mapped, Reaper reaper)
      throws IOException {
    var size = file.size();
    var map = mapped ? Map.of(file, size) : null;
    if (map != null) {
      file.close();
    }
    return new OpenSegment(file, header, seal.index(), seal, size, map, null, reaper);
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

  /** Returns whether reading is copying from memory. */
  public boolean isMapped() {
    return map != null;
  }

  /**
   * Copies bytes from {@code position} on into {@code dst}.
   *
   * @return how many: {@code length}, or less at the end of the file, or, in one that is being written, at the end of
   * some frame: what goes on there is somewhere else
   */
  public int read(long position, byte[] dst, int offset, int length) throws IOException {
    if (seal == null) {
      return growth == null
          ? file.read(ByteBuffer.wrap(dst, offset, length), position)
          : readGrowing(growth, position, dst, offset, length);
    }
    var mapped = map;
    if (mapped == null) {
      return file.read(ByteBuffer.wrap(dst, offset, length), position);
    }
    var n = (int) Math.max(0, Math.min(length, size - position));
    try {
      mapped.copy(position, dst, offset, n);
    } catch (InternalError e) { // how the JVM reports a fault in a copy: the file was cut short, or its device failed
      throw new IOException(file.name() + ": mapped memory at offset " + position + " cannot be read", e);
    }
    return n;
  }

  /**
   * What has been written is read from the file, what comes behind from the ring: never from the file in one piece with
   * what was written, where it may not be yet. Whoever finds it gone from the ring finds it written.
   */
  private int readGrowing(Growth growing, long position, byte[] dst, int offset, int length) throws IOException {
    while (true) {
      var written = growing.written();
      if (position < written) {
        return readWritten(growing, position, dst, offset, (int) Math.min(length, written - position));
      }
      var staged = growing.readStaged(position, dst, offset, length);
      if (staged > 0) {
        return staged;
      }
      if (growing.written() == written) { // it is nowhere: whoever asks is not sure that there is anything
        return file.read(ByteBuffer.wrap(dst, offset, length), position);
      }
    }
  }

  /** From a map only this: what is behind may be cut off by the seal, and then faults. */
  private int readWritten(Growth growing, long position, byte[] dst, int offset, int length) throws IOException {
    var mapped = map;
    if (mapped != null && position + length <= mapped.memory.byteSize()) {
      try {
        mapped.copy(position, dst, offset, length);
        return length;
      } catch (InternalError e) {
        Log.debug(file.name() + ": mapped memory at offset " + position + " cannot be read, so the file is", e);
      }
    } else if (mapped == null && growing.mayBeMapped() && reads.incrementAndGet() == READS_BEFORE_MAP) {
      map(growing);
    }
    return file.read(ByteBuffer.wrap(dst, offset, length), position);
  }

  private void map(Growth growing) {
    try (var named = growing.reopen()) {
      map = Map.of(named, Math.min(size, named.size()));
    } catch (IOException | RuntimeException e) { // renamed or deleted meanwhile, or no address space is left
      Log.debug(file.name() + " is read without a map", e);
    }
  }

  /** Says who is to be told when it is closed. */
  OpenSegment under(FileLease its) {
    lease = its;
    return this;
  }

  @Override
  public void close() throws IOException {
    var mapped = map;
    try {
      if (seal == null || mapped == null) {
        file.close();
      }
    } finally {
      if (mapped != null) {
        reaper.close(mapped.arena);
      }
      if (lease != null) {
        lease.leave();
      }
    }
  }
}
