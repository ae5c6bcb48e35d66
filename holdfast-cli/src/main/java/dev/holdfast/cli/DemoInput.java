package dev.holdfast.cli;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The lines of a file, by number from 0; whatever their bytes are, without the line feeds. The file is mapped, not read
 * into the heap; it must not change meanwhile. Safe for use by many threads.
 */
final class DemoInput implements AutoCloseable {
  private static final int MAX_LINES = Integer.MAX_VALUE - 16;

  private final Arena arena;
  private final MemorySegment file;
  /** Where each line begins, and after the last one where one more would. */
  private final long[] starts;
  private final int count;

  private DemoInput(Arena arena, MemorySegment file, long[] starts, int count) {
    this.arena = arena;
    this.file = file;
    this.starts = starts;
    this.count = count;
  }

  /** Opens a regular file. */
  static DemoInput open(Path path) throws IOException {
    var arena = Arena.ofShared();
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return index(arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static DemoInput index(Arena arena, MemorySegment file) {
    var starts = new long[1024];
    var count = 0;
    for (var position = 0L; position < file.byteSize(); count++) {
      if (count + 2 > starts.length) {
        starts = grow(starts);
      }
      position = nextLine(file, position);
      starts[count + 1] = position;
    }
    return new DemoInput(arena, file, starts, count);
  }

  private static long[] grow(long[] starts) {
    if (starts.length >= MAX_LINES) {
      throw new CommandException(ExitCode.INPUT, "the file has more than " + MAX_LINES + " lines");
    }
    return Arrays.copyOf(starts, (int) Math.min(MAX_LINES, starts.length * 2L));
  }

  /** Returns where the line after this one begins; a last line without a line feed ends as if it had one. */
  private static long nextLine(MemorySegment file, long position) {
    var end = position;
    while (end < file.byteSize() && file.get(ValueLayout.JAVA_BYTE, end) != '\n') {
      end++;
    }
    return end + 1;
  }

  /** Returns how many lines there are. */
  int count() {
    return count;
  }

  /** Returns the size of the file. */
  long sizeBytes() {
    return file.byteSize();
  }

  int length(int line) {
    return Math.toIntExact(starts[line + 1] - 1 - starts[line]);
  }

  /** Returns a copy of a line. */
  byte[] line(int line) {
    return file.asSlice(starts[line], length(line)).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Refuses lines that no record may hold, before anything is written. */
  void requireLinesUpTo(int limit) {
    for (var line = 0; line < count; line++) {
      if (starts[line + 1] - 1 - starts[line] > limit) {
        throw new CommandException(ExitCode.INPUT,
            "line " + (line + 1) + " is longer than the limit of " + limit + " bytes for a record");
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
