package dev.holdfast.examples.kv;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** The process that is killed: puts and deletes, and says what is done. */
public final class KeyValueWriter {
  private KeyValueWriter() {}

  /** Changes the store in the first argument from as many threads as the second one says, until it is killed. */
  public static void run(List<String> args, PrintStream out) throws Exception {
    try (var store = KeyValueExample.open(Path.of(args.getFirst()));
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("writer-", 0).factory())) {
      var writers = IntStream.range(0, Integer.parseInt(args.get(1)))
          .<Callable<Void>>mapToObj(thread -> () -> write(store, thread, out));
      for (var writer : threads.invokeAll(writers.toList())) { // does not return: the process is killed
        writer.get();
      }
    }
  }

  private static Void write(KeyValueStore store, int thread, PrintStream out) throws IOException {
    var workload = new KeyValueWorkload(thread);
    for (var done = 1L; !out.checkError(); done++) {
      switch (workload.next()) {
        case KeyValueStore.Change.Put(var key, var value) -> store.put(key, value);
        case KeyValueStore.Change.Delete(var key) -> store.delete(key);
      }
      out.println(thread + " " + done); // whoever reads it knows that so many changes of the thread are durable
    }
    throw new IOException("nobody listens any more");
  }
}
