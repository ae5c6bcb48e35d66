package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.process.KillEvent.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One life of {@link KillWriter}: its process, which waits until it is told to open the log, and what it has told. */
final class WriterLife implements AutoCloseable {
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final CompletableFuture<Void> listening;
  private final List<KillEvent> events = new ArrayList<>(); // guarded by this
  private boolean ended; // guarded by this

  private WriterLife(Process process) {
    this.process = process;
    listening = CompletableFuture.runAsync(this::listen, task -> Thread.ofPlatform().name("events").start(task));
  }

  /**
   * What the process is to do.
   *
   * @param log the directory
   * @param seed for its choices
   * @param number how many lives there were before
   * @param policy the sync policy
   * @param segmentSize the largest segment in bytes
   */
  record Orders(Path log, long seed, int number, String policy, int segmentSize) {
    List<String> arguments() {
      return List.of(log.toString(), Long.toString(seed), Integer.toString(number), policy,
          Integer.toString(segmentSize));
    }
  }

  /** Starts a process that writes one stream, on a disk that works. */
  static WriterLife ofOneStream(Orders orders) throws IOException {
    return new WriterLife(ChildJvm.start(KillWriter.class, orders.arguments().toArray(String[]::new)));
  }

  /** Starts a process that writes several streams, on a disk that will fail. */
  static WriterLife ofStreams(int streams, Orders orders) throws IOException {
    var arguments = new ArrayList<>(orders.arguments());
    arguments.add(Integer.toString(streams));
    return new WriterLife(ChildJvm.start(List.of("-D" + EventPipe.DISK_FAILS + "=true"), KillWriter.class,
        arguments.toArray(String[]::new)));
  }

  private void listen() {
    try (var in = process.getInputStream()) {
      for (var event = KillEvent.read(in); event.isPresent(); event = KillEvent.read(in)) {
        told(event.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ended();
    }
  }

  private synchronized void told(KillEvent event) {
    events.add(event);
    notifyAll();
  }

  private synchronized void ended() {
    ended = true;
    notifyAll();
  }

  /** Waits until it has told so many things, or cannot tell any more. */
  synchronized void await(int number) throws InterruptedException {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (events.size() < number && !ended) {
      assertTrue(System.nanoTime() < deadline, () -> "the writer process hangs after " + events);
      wait(1000);
    }
  }

  /** Tells it to open the log, {@code 'o'}, or to close it, {@code 'c'}. */
  void say(char command) throws IOException {
    process.getOutputStream().write(command);
    process.getOutputStream().flush();
  }

  /** Kills it, and waits for the last thing it had told. */
  void kill() throws Exception {
    ChildJvm.kill(process);
    listening.get(60, TimeUnit.SECONDS);
    assertTrue(process.exitValue() == KILLED, () -> "the writer process ended by itself: " + process.exitValue());
  }

  /** Returns what it has told so far. */
  synchronized List<KillEvent> events() {
    return List.copyOf(events);
  }

  synchronized boolean told(Kind what) {
    return events.stream().anyMatch(event -> event.kind() == what);
  }

  @Override
  public void close() {
    ChildJvm.kill(process);
  }
}
