package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.RingHeader;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A mapped file of two halves into which frames are copied that are acknowledged before they are written. What was
 * copied survives the death of the process. Its memory can fault, so it is only ever the target and the source of bulk
 * copies, and the source of writes, which report a fault as an error.
 */
public final class Ring {
  private static final long PAGE = 4096;

  private final SegmentFiles files;
  private final Arena arena;
  private final Half[] halves;

  private Ring(SegmentFiles files, Arena arena, Half... halves) {
    this.files = files;
    this.arena = arena;
    this.halves = halves;
  }

  /**
   * Makes the ring of a stream, which has none.
   *
   * @param capacity how many bytes of frames a half is to hold
   */
  public static Ring create(SegmentFiles files, int capacity) throws IOException {
    var size = RingHeader.SIZE + capacity + PAGE - 1 & -PAGE;
    var arena = Arena.ofShared();
    try (var file = files.directory().create(Names.RING, 2 * size)) {
      file.force(); // so that storing into it needs no space
      var memory = file.map(arena, 0, 2 * size, Access.READ_WRITE);
      return new Ring(files, arena, new Half(memory.asSlice(0, size)), new Half(memory.asSlice(size, size)));
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Returns whether a stream in this directory can have one. */
  public static boolean isPossibleIn(Directory directory) {
    return directory.canMap() && directory.overwritesInPlace();
  }

  /** Returns a half that is not used, and uses it; null if there is none. */
  public @Nullable Half takeHalf() {
    for (var half : halves) {
      if (!half.used) {
        half.used = true;
        return half;
      }
    }
    return null;
  }

  /** Lets go of the memory; the file stays. Nobody may copy into it any more. */
  public void close() {
    files.open().reaper().close(arena);
  }

  /** Deletes the file, of which everything is in its segments. */
  public void delete() throws IOException {
    files.directory().delete(Names.RING);
  }

  /** One half. Begun and filled under the stream's lock, given back by the leader. */
  public static final class Half {
    private final MemorySegment memory;
    private final ByteBuffer content; // to be written; position and limit are the leader's
    private final ByteBuffer header = ByteBuffer.allocate(RingHeader.SIZE); // guarded by the stream's lock
    private volatile boolean used;
    private @Nullable StagedFrames frames; // set under the stream's lock

    Half(MemorySegment memory) {
      this.memory = memory;
      this.content = memory.asSlice(RingHeader.SIZE).asByteBuffer();
    }

    /** Begins to be filled with frames that belong at {@code offset} of a segment, the first with this id. */
    public void begin(SegmentWriter segment, long firstId, long offset) {
      var its = segment.header();
      put(new RingHeader(its.epoch(), its.salt(), segment.segment().firstId(), firstId, offset).encode(header).array());
      frames = segment.stage(this, offset);
    }

    /** Says that {@code length} bytes of whole frames are in it, which may be read. */
    public void filled(int length) {
      var current = frames;
      if (current != null) {
        current.filled(length);
      }
    }

    /** Copies bytes from {@code at} behind the header on, for {@link StagedFrames}, who know what is there. */
    void read(long at, byte[] dst, int offset, int length) {
      MappedMemory.load(memory, RingHeader.SIZE + at, dst, offset, length);
    }

    /** Says that nothing is in it: what it held must not be taken for records. */
    public void erase() {
      end();
      put(new byte[RingHeader.SIZE]);
    }

    private void put(byte[] bytes) {
      MappedMemory.store(bytes, RingHeader.SIZE, memory, 0);
    }

    /**
     * Copies the first {@code length} bytes of {@code source} to {@code at} behind the header. What comes after them
     * there is nothing.
     *
     * @throws InternalError if the memory faulted
     */
    public void copy(MemorySegment source, int at, int length) {
      MappedMemory.store(source, length, memory, RingHeader.SIZE + at);
    }

    /** Does the same with a small frame, in an array. */
    public void copy(byte[] source, int at, int length) {
      MappedMemory.store(source, length, memory, RingHeader.SIZE + at);
    }

    /** Returns the first {@code length} bytes behind the header, to be written to the segment and nothing else. */
    public ByteBuffer content(int length) {
      return content.limit(length).position(0);
    }

    /** Gives it back: what it held is in its segment. */
    public void giveBack() {
      end(); // before anybody can have it: whoever reads what comes next is to know that it is something else
      used = false;
    }

    private void end() {
      var current = frames;
      if (current != null) {
        current.end();
      }
    }
  }
}
