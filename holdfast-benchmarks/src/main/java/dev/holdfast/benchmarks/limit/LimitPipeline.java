package dev.holdfast.benchmarks.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The least that makes many records durable without waiting for each: one buffer fills while the other is written and
 * synced by a thread of its own. For one appending thread at a time.
 */
public final class LimitPipeline implements Appender {
  private final PreallocatedFile file;
  private final ExecutorService writer = Executors
      .newSingleThreadExecutor(Thread.ofPlatform().name("limit-pipeline").factory());
  private final Frames frames = new Frames();
  private ByteBuffer filling;
  private ByteBuffer spare;
  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);
  private long nextId;

  private LimitPipeline(PreallocatedFile file, int bufferSize) {
    this.file = file;
    this.filling = Frames.buffer(bufferSize);
    this.spare = Frames.buffer(bufferSize);
  }

  /** Creates the program and its file, with two buffers of this size. */
  public static LimitPipeline create(Path path, long fileSize, int bufferSize, ChannelKind channel)
      throws IOException {
    return new LimitPipeline(PreallocatedFile.create(path, fileSize, channel), bufferSize);
  }

  /** Appends a record; it is durable after the next {@link #drain()}. */
  @Override
  public long append(byte[] record) throws IOException {
    if (filling.remaining() < Frames.size(record.length)) {
      writeOut();
    }
    long id = nextId++;
    frames.put(filling, id, record);
    return id;
  }

  /** Waits until everything appended is durable. */
  public void drain() throws IOException {
    writeOut();
    awaitWriting();
  }

  private void writeOut() throws IOException {
    awaitWriting();
    ByteBuffer full = filling.flip();
    filling = spare.clear();
    spare = full;
    writing = CompletableFuture.runAsync(() -> writeAndSync(full), writer);
  }

  private void awaitWriting() throws IOException {
    try {
      writing.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause());
    }
  }

  private void writeAndSync(ByteBuffer bytes) {
    try {
      file.append(bytes);
      file.sync();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
    file.close();
  }
}
