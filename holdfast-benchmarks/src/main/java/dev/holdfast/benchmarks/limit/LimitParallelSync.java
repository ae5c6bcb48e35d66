package dev.holdfast.benchmarks.limit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Writes a record to each of several files and then syncs them all, each on a thread of its own. */
public final class LimitParallelSync implements Closeable {
  private final List<PreallocatedFile> files = new ArrayList<>();
  private final ExecutorService threads;
  private final List<Callable<Boolean>> syncs;

  private LimitParallelSync(Path directory, int count, long size, ChannelKind kind) throws IOException {
    threads = Executors.newFixedThreadPool(count, Thread.ofPlatform().name("sync-", 0).factory());
    for (int i = 0; i < count; i++) {
      files.add(PreallocatedFile.create(directory.resolve("file-" + i), size, kind));
    }
    syncs = files.stream().<Callable<Boolean>>map(file -> () -> {
      file.sync();
      return true;
    }).toList();
  }

  /** Creates so many files in an existing directory. */
  public static LimitParallelSync create(Path directory, int count, long size, ChannelKind kind) throws IOException {
    return new LimitParallelSync(directory, count, size, kind);
  }

  /** Does it once. */
  public void run(byte[] record) throws IOException, InterruptedException, ExecutionException {
    for (PreallocatedFile file : files) {
      file.append(ByteBuffer.wrap(record));
    }
    for (var result : threads.invokeAll(syncs)) {
      result.get();
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdown();
    for (PreallocatedFile file : files) {
      file.close();
    }
  }
}
