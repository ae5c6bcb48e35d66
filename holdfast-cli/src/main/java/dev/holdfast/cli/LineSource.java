package dev.holdfast.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Each line is a record, whatever its bytes are. A line ends with a line feed, which is not part of it; the last one
 * may do without.
 */
final class LineSource implements RecordSource {
  private static final int BUFFER = 64 * 1024;

  private final InputStream in;
  private final int limit;
  private final boolean dropCarriageReturn;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int end;
  private long lines;

  /**
   * Creates a source.
   *
   * @param limit the size over which a line is refused
   * @param dropCarriageReturn whether a carriage return before the line feed belongs to the line's end
   */
  LineSource(InputStream in, int limit, boolean dropCarriageReturn) {
    this.in = in;
    this.limit = limit;
    this.dropCarriageReturn = dropCarriageReturn;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    var line = new ByteArrayOutputStream();
    while (position < end || fill()) {
      var lineFeed = findLineFeed();
      line.write(buffer, position, lineFeed - position);
      position = lineFeed;
      if (line.size() > limit + 1L) { // one more may be the carriage return
        throw tooLong();
      }
      if (lineFeed < end) {
        position++;
        return finish(line.toByteArray());
      }
    }
    return line.size() == 0 ? null : finish(line.toByteArray());
  }

  @Override
  public boolean mayWait() throws IOException {
    return findLineFeed() == end && in.available() == 0;
  }

  private byte[] finish(byte[] line) {
    var length = line.length;
    if (dropCarriageReturn && length > 0 && line[length - 1] == '\r') {
      length--;
    }
    if (length > limit) {
      throw tooLong();
    }
    lines++;
    return length == line.length ? line : Arrays.copyOf(line, length);
  }

  private CommandException tooLong() {
    return new CommandException(ExitCode.INPUT,
        "line " + (lines + 1) + " is longer than the limit of " + limit + " bytes for a record");
  }

  private int findLineFeed() {
    var i = position;
    while (i < end && buffer[i] != '\n') {
      i++;
    }
    return i;
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
