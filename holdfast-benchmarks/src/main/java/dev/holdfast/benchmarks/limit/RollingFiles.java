package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One file behind the other: a full one is left for the next, which a thread of its own has filled with zeros and
 * synced meanwhile.
 */
final class RollingFiles implements Target {
  private final Path directory;
  private final long fileSize;
  private final ChannelKind channel;
  private final ExecutorService background = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().name("limit-rolling").factory());
  private PreallocatedFile file;
  private long room;
  private CompletableFuture<PreallocatedFile> successor;
  private long files;

  private RollingFiles(Path directory, long fileSize, ChannelKind channel) throws IOException {
    this.directory = directory;
    this.fileSize = fileSize;
    this.channel = channel;
    this.file = PreallocatedFile.create(nextPath(), fileSize, channel);
    this.room = fileSize;
    this.successor = prepareNext();
  }

  /** Creates the first file and the next in an existing directory. */
  static RollingFiles create(Path directory, long fileSize, ChannelKind channel) throws IOException {
    return new RollingFiles(directory, fileSize, channel);
  }

  private Path nextPath() {
    return directory.resolve("file-" + files++);
  }

  private CompletableFuture<PreallocatedFile> prepareNext() {
    Path path = nextPath();
    return CompletableFuture.supplyAsync(() -> {
      try {
        return PreallocatedFile.create(path, fileSize, channel);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }, background);
  }

  @Override
  public void append(ByteBuffer bytes) throws IOException {
    if (room < bytes.remaining()) {
      roll();
    }
    room -= bytes.remaining();
    file.append(bytes);
  }

  private void roll() throws IOException {
    PreallocatedFile full = file;
    background.execute(() -> closeFile(full));
    try {
      file = successor.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause());
    }
    room = fileSize;
    successor = prepareNext();
  }

  private static void closeFile(PreallocatedFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes durable what was written into the last file; so whoever syncs after each write syncs all. */
  @Override
  public void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
    successor.join().close();
    background.close();
  }
}
