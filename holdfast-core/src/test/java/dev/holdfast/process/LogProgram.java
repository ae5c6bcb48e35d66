package dev.holdfast.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.CorruptionException;
import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A log in another process, one command a line, one answer a line; and the side of the test that asks it. */
final class LogProgram implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private LogProgram(Process process) {
    this.process = process;
    answers = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    commands = new OutputStreamWriter(process.getOutputStream(), UTF_8);
  }

  /** Starts the program for the log in {@code directory}, which is not opened yet. */
  static LogProgram start(Path directory) throws IOException {
    return new LogProgram(ChildJvm.start(LogProgram.class, directory.toString()));
  }

  Process process() {
    return process;
  }

  /** Sends a command and returns the answer. */
  String ask(String command) throws IOException {
    tell(command);
    return Objects.requireNonNull(answers.readLine(), "the program ended");
  }

  /** Sends a command without waiting; {@link #answer} gets the answer. */
  void tell(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  String answer() throws IOException {
    return Objects.requireNonNull(answers.readLine(), "the program ended");
  }

  @Override
  public void close() {
    ChildJvm.kill(process);
  }

  // ---- the program

  /** The program. */
  public static void main(String[] args) throws Exception {
    var program = new Commands(Path.of(args[0]));
    var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(program.run(line.split(" ")));
    }
  }

  /** Runs commands. */
  private static final class Commands {
    private Path directory;
    private @Nullable Wal wal;

    Commands(Path directory) {
      this.directory = directory;
    }

    String run(String[] words) throws InterruptedException {
      try {
        return execute(words);
      } catch (WalException | UnsupportedOperationException | IllegalArgumentException e) {
        return describe(e);
      }
    }

    private String execute(String[] words) throws InterruptedException {
      return switch (words[0]) {
        case "open" -> { // policy, segment size, records per segment
          wal = Wal.open(directory, options(words[1]).maxSegmentSize(Long.parseLong(words[2]))
              .maxRecordsPerSegment(Long.parseLong(words[3])).build());
          yield "opened";
        }
        case "openReadOnly" -> {
          wal = Wal.openReadOnly(directory, WalOptions.defaults());
          yield "opened";
        }
        case "at" -> { // another directory
          directory = Path.of(words[1]);
          yield "at " + directory;
        }
        case "delete" -> Boolean.toString(open().deleteStream(words[1]));
        case "close" -> {
          open().close();
          yield "closed";
        }
        default -> onStream(words, open().stream(words[1]));
      };
    }

    private Wal open() {
      return Objects.requireNonNull(wal, "open it first");
    }

    private static WalOptions.Builder options(String policy) {
      return WalOptions.builder().syncPolicy(switch (policy) {
        case "STRICT" -> SyncPolicy.STRICT;
        case "BATCH_ONLY" -> SyncPolicy.BATCH_ONLY;
        case "ASYNC" -> SyncPolicy.ASYNC;
        case "EVERY" -> SyncPolicy.every(Duration.ofMillis(20));
        default -> throw new IllegalArgumentException(policy);
      });
    }

    private static String onStream(String[] words, LogStream stream) throws InterruptedException {
      return switch (words[0]) {
        case "append" -> append(stream, words[2], Integer.parseInt(words[3]));
        case "batch" -> stream.appendBatch(batch(words[2], Integer.parseInt(words[3]))).toString();
        case "large" -> Long.toString(stream.append(large(words[2], Integer.parseInt(words[3]))));
        case "async" -> async(stream, words[2], Integer.parseInt(words[3]));
        case "parallel" -> inParallel(Integer.parseInt(words[3]),
            i -> Long.toString(stream.append((words[2] + "-" + i).getBytes(UTF_8))));
        case "parallelSync" -> inParallel(Integer.parseInt(words[2]), i -> {
          stream.sync();
          return "synced";
        });
        case "get" -> stream.get(Long.parseLong(words[2])).map(Commands::text).orElse("empty");
        case "read" -> read(stream, Long.parseLong(words[2]));
        case "sync" -> {
          stream.sync();
          yield "synced";
        }
        case "truncateBefore" -> stream.truncateBefore(Long.parseLong(words[2])).toString();
        case "truncateFrom" -> stream.truncateFrom(Long.parseLong(words[2])).toString();
        case "ends" -> stream.firstId() + " " + stream.durableEnd() + " " + stream.nextId();
        case "segments" -> stream.segments().toString();
        case "recovery" -> stream.recovery().toString();
        default -> throw new IllegalArgumentException(words[0]);
      };
    }

    /** Short records are shown whole, large ones by their name. */
    private static String text(byte[] record) {
      var text = new String(record, UTF_8);
      return text.length() < 100 ? text : text.substring(0, text.indexOf('.'));
    }

    private static byte[] large(String name, int size) {
      return (name + ".".repeat(size - name.length())).getBytes(UTF_8);
    }

    private static String append(LogStream stream, String name, int count) {
      var ids = new ArrayList<Long>();
      for (var i = 0; i < count; i++) {
        ids.add(stream.append((name + "-" + i).getBytes(UTF_8)));
      }
      return ids.toString();
    }

    private static List<byte[]> batch(String name, int count) {
      return IntStream.range(0, count).mapToObj(i -> (name + "-" + i).getBytes(UTF_8)).toList();
    }

    private static String async(LogStream stream, String name, int count) {
      var futures = batch(name, count).stream().map(stream::appendAsync).toList();
      var outcomes = new ArrayList<String>();
      for (CompletableFuture<Long> future : futures) {
        try {
          outcomes.add(future.join().toString());
        } catch (CompletionException e) {
          outcomes.add(describe(Objects.requireNonNull(e.getCause())));
        }
      }
      return outcomes.toString();
    }

    /** What each thread does. */
    private interface Work {
      String run(int thread);
    }

    private static String inParallel(int threads, Work work) throws InterruptedException {
      var start = new CountDownLatch(1);
      var outcomes = Collections.synchronizedList(new ArrayList<String>());
      var all = IntStream.range(0, threads).mapToObj(i -> {
        Callable<String> callable = () -> work.run(i);
        var task = new FutureTask<>(callable);
        return Thread.ofPlatform().name("parallel-" + i).start(() -> {
          try {
            start.await();
            task.run();
            outcomes.add(task.get());
          } catch (ExecutionException e) {
            outcomes.add(describe(Objects.requireNonNull(e.getCause())));
          } catch (InterruptedException e) {
            outcomes.add(e.toString());
          }
        });
      }).collect(Collectors.toList());
      start.countDown();
      for (var thread : all) {
        thread.join();
      }
      Collections.sort(outcomes);
      return outcomes.toString();
    }

    private static String read(LogStream stream, long from) {
      var seen = new ArrayList<String>();
      try (var cursor = stream.read(from)) {
        while (cursor.next()) {
          seen.add(text(cursor.copyPayload()));
        }
      } catch (WalException e) {
        seen.add(describe(e));
      }
      return seen.toString();
    }

    /** One line: what it is, and what caused it. */
    private static String describe(Throwable e) {
      var cause = e.getCause();
      var text = e.getClass().getSimpleName() + (e instanceof CorruptionException c ? " at " + c.id() : "")
          + (cause == null ? "" : " <- " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
      return (cause == null ? text + ": " + e.getMessage() : text).replace('\n', ' ');
    }
  }
}
