package dev.holdfast.cli;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * What the writing process of the demonstration tells its parent.
 *
 * <pre>
 * 1 byte   'B' a line is about to be appended, 'A' it has been acknowledged
 * 4 bytes  line
 * 8 bytes  id            (0 with 'B')
 * 8 bytes  nanoseconds   (0 with 'B')
 * </pre>
 *
 * Each message is one write of less than {@code PIPE_BUF} bytes, directly to the pipe: it is in the pipe, whole, or not
 * at all, and a writer that is killed loses none that it has written.
 */
final class AckPipe {
  private static final byte BEGUN = 'B';
  private static final byte ACKNOWLEDGED = 'A';
  private static final int MESSAGE = 1 + Integer.BYTES + 2 * Long.BYTES;

  private AckPipe() {}

  /** Writes to a pipe that must not be buffered. */
  static LineWriters.Listener writer(OutputStream pipe) {
    return new LineWriters.Listener() {
      @Override
      public void begun(int line) {
        send(pipe, BEGUN, line, 0, 0);
      }

      @Override
      public void acknowledged(int line, long id, long nanos) {
        send(pipe, ACKNOWLEDGED, line, id, nanos);
      }
    };
  }

  private static void send(OutputStream pipe, byte kind, int line, long id, long nanos) {
    var message = ByteBuffer.allocate(MESSAGE).put(kind).putInt(line).putLong(id).putLong(nanos).array();
    try {
      pipe.write(message);
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until the other end is closed or dead, and passes everything on. */
  static void read(InputStream pipe, LineWriters.Listener listener) throws IOException {
    var in = new DataInputStream(new BufferedInputStream(pipe));
    while (true) {
      var kind = in.read();
      if (kind < 0) {
        return;
      }
      try {
        pass((byte) kind, in.readInt(), in.readLong(), in.readLong(), listener);
      } catch (EOFException _) {
        return; // half a message says nothing
      }
    }
  }

  private static void pass(byte kind, int line, long id, long nanos, LineWriters.Listener listener)
      throws IOException {
    switch (kind) {
      case BEGUN -> listener.begun(line);
      case ACKNOWLEDGED -> listener.acknowledged(line, id, nanos);
      default -> throw new IOException("the writer said something unknown: " + kind);
    }
  }
}
