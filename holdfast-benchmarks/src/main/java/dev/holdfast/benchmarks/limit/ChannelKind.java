package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Through which of the JDK's channels a limit program reads and writes. */
public enum ChannelKind {
  /** {@link FileChannel}: tells the scheduler of virtual threads that it blocks; closed by an interrupt. */
  FILE {
    @Override
    RawChannel open(Path path) throws IOException {
      return new OverFileChannel(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }
  },
  /** {@link AsynchronousFileChannel} whose executor is the calling thread: no hand-off, immune to interrupts. */
  ASYNCHRONOUS {
    @Override
    RawChannel open(Path path) throws IOException {
      return new OverAsynchronousFileChannel(AsynchronousFileChannel.open(path,
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE), new CallingThread()));
    }
  };

  abstract RawChannel open(Path path) throws IOException;

  private record OverFileChannel(FileChannel channel) implements RawChannel {
    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      return channel.write(bytes, position);
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
      return channel.read(bytes, position);
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private record OverAsynchronousFileChannel(AsynchronousFileChannel channel) implements RawChannel {
    @Override
    public int write(ByteBuffer bytes, long position) throws IOException {
      return completed(channel.write(bytes, position));
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
      return completed(channel.read(bytes, position));
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    private static int completed(Future<Integer> result) throws IOException {
      try {
        return result.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException().initCause(e);
      }
    }
  }

  /** Runs every task where it is submitted. */
  private static final class CallingThread extends AbstractExecutorService {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void shutdown() {
      // There is nothing to stop.
    }

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
