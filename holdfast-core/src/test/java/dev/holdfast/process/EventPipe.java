package dev.holdfast.process;

import dev.holdfast.CorruptionException;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalException;
import dev.holdfast.process.KillEvent.Kind;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The writer process's side of the pipe: what happens is told in order, errors of its threads included. */
final class EventPipe {
  /** Set for a process whose disk will fail: errors of the disk are told as such, and not shown. */
  static final String DISK_FAILS = "holdfast.test.disk.fails";

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private volatile boolean closing;

  /** Writes the message before it returns. */
  synchronized void tell(KillEvent event) {
    try {
      out.write(event.encode());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From now on threads may find the log closed. */
  void closing() {
    closing = true;
  }

  /** Starts a thread whose failure is told. */
  void start(String name, Runnable work) {
    var builder = name.equals("singles-2") ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    builder.name(name).start(() -> {
      try {
        work.run();
      } catch (WalClosedException e) {
        if (!closing) {
          failed(e);
        }
      } catch (Throwable e) {
        failed(e);
      }
    });
  }

  /** Tells that something went wrong. */
  void failed(Throwable e) {
    if (Boolean.getBoolean(DISK_FAILS) && isOfTheDisk(e)) {
      tell(KillEvent.ids(Kind.DISK_ERROR, 0, 0));
    } else {
      e.printStackTrace();
      tell(KillEvent.ids(Kind.FAILED, 0, 0));
    }
  }

  /** The log has reported it as its own exception: what the system said, or that the bytes are not those written. */
  private static boolean isOfTheDisk(Throwable e) {
    var reported = false;
    for (@Nullable
    Throwable cause = e; cause != null; cause = cause.getCause()) {
      reported |= cause instanceof WalException;
      if (cause instanceof CorruptionException || (reported && cause instanceof IOException)) {
        return true;
      }
    }
    return false;
  }
}
