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
 * The least that goes on appending without syncing: frames are collected in a buffer, a full buffer is written at once,
 * and a full file is left for the next, which a thread of its own has filled with zeros and synced meanwhile. What it
 * takes to prepare files is part of what is measured. For one thread at a time.
 */
public final class LimitRolling implements Appender {
  private final Path directory;
  private final long fileSize;
  private final ChannelKind channel;
  private final ExecutorService background = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().name("limit-rolling").factory());
  private final Frames frames = new Frames();
  private final ByteBuffer buffer;
  private PreallocatedFile file;
  private long room;
  private CompletableFuture<PreallocatedFile> successor;
  private long files;
  private long nextId;

  private LimitRolling(Path directory, long fileSize, int bufferSize, ChannelKind channel) throws IOException {
    this.directory = directory;
    this.fileSize = fileSize;
    this.channel = channel;
    this.buffer = Frames.buffer(bufferSize);
    this.file = PreallocatedFile.create(nextPath(), fileSize, channel);
    this.room = fileSize;
    this.successor = prepareNext();
  }

  /** Creates the program, its first file and the next in an existing directory. */
  public static LimitRolling create(Path directory, long fileSize, int bufferSize, ChannelKind channel)
      throws IOException {
    return new LimitRolling(directory, fileSize, bufferSize, channel);
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
  public long append(byte[] record) throws IOException {
    if (buffer.remaining() < Frames.size(record.length)) {
      writeOut();
    }
    long id = nextId++;
    frames.put(buffer, id, record);
    return id;
  }

  private void writeOut() throws IOException {
    buffer.flip();
    if (room < buffer.remaining()) {
      roll();
    }
    room -= buffer.remaining();
    file.append(buffer);
    buffer.clear();
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

  @Override
  public void close() throws IOException {
    file.close();
    successor.join().close();
    background.close();
  }
}
