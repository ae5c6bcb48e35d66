package dev.holdfast.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Each record follows its length, an unsigned number of 4 bytes. */
final class PrefixedSource implements RecordSource {
  private final InputStream in;
  private final ByteOrder order;
  private final int limit;
  private long records;
  private long offset;

  PrefixedSource(InputStream in, ByteOrder order, int limit) {
    this.in = new BufferedInputStream(in, 64 * 1024);
    this.order = order;
    this.limit = limit;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    var prefix = in.readNBytes(Integer.BYTES);
    if (prefix.length == 0) {
      return null;
    }
    if (prefix.length < Integer.BYTES) {
      throw broken("the input ends within its length");
    }
    var length = Integer.toUnsignedLong(ByteBuffer.wrap(prefix).order(order).getInt());
    if (length > limit) {
      throw broken("its length of " + length + " bytes is over the limit of " + limit);
    }
    var record = in.readNBytes((int) length); // allocates as it reads, not what the length claims
    if (record.length < length) {
      throw broken("the input ends after " + record.length + " of its " + length + " bytes");
    }
    records++;
    offset += Integer.BYTES + length;
    return record;
  }

  @Override
  public boolean mayWait() throws IOException {
    return in.available() == 0;
  }

  private CommandException broken(String problem) {
    return new CommandException(ExitCode.INPUT,
        "record " + (records + 1) + " of the input, at byte " + offset + ": " + problem);
  }
}
