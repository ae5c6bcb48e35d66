package dev.holdfast.planted;

import dev.holdfast.CorruptionException;
import dev.holdfast.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A program that runs tests, given as {@code Class#method}, until the first one fails, and writes down what came of it.
 */
final class FinderProgram {
  private FinderProgram() {}

  /**
   * Runs it.
   *
   * @param arguments the file for the outcome, then the tests
   */
  public static void main(String[] arguments) throws IOException {
    var selectors = Arrays.stream(arguments).skip(1).map(FinderProgram::select).toList();
    Files.write(Path.of(arguments[0]), new Listener().run(selectors).lines());
  }

  private static DiscoverySelector select(String finder) {
    var hash = finder.indexOf('#');
    var type = finder.substring(0, hash);
    var name = finder.substring(hash + 1);
    try {
      for (var method : Class.forName(type).getDeclaredMethods()) {
        if (method.getName().equals(name)) {
          return DiscoverySelectors.selectMethod(method.getDeclaringClass(), method);
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("there is no test " + finder, e);
    }
    throw new IllegalArgumentException("there is no test " + finder);
  }

  /** Counts the tests, and keeps the first failure. */
  private static final class Listener implements TestExecutionListener {
    private final CancellationToken enough = CancellationToken.create();
    private final long begun = System.nanoTime();
    private int tests;
    private int skipped;
    private @Nullable FinderOutcome failure;

    FinderOutcome run(List<DiscoverySelector> selectors) {
      var discovery = LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
      var execution = LauncherExecutionRequestBuilder.request(discovery).listeners(this).cancellationToken(enough)
          .build();
      LauncherFactory.create().execute(execution);
      var found = failure;
      return found == null
          ? new FinderOutcome(tests, millis(), "", tests > 0 && skipped == tests, false, List.of())
          : found;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        tests++;
      }
      if (result.getStatus() == Status.ABORTED) {
        skipped += test.isTest() ? 1 : 0;
        return;
      }
      result.getThrowable().filter(_ -> failure == null).ifPresent(error -> {
        failure = new FinderOutcome(tests, millis(), test.getDisplayName(), false, isAboutAPromise(error),
            chain(error));
        enough.cancel();
      });
    }

    private long millis() {
      return (System.nanoTime() - begun) / 1_000_000;
    }

    /**
     * An assertion has failed, or a log or a snapshot that is all right has been refused as damaged. A test that breaks
     * down for want of a class or a method has found nothing.
     */
    private static boolean isAboutAPromise(Throwable error) {
      for (var cause = error; cause != null; cause = cause.getCause()) {
        if (cause instanceof LinkageError || cause instanceof ReflectiveOperationException) {
          return false;
        }
      }
      return error instanceof AssertionError || error instanceof CorruptionException
          || error instanceof SnapshotException;
    }

    private static List<String> chain(Throwable error) {
      var lines = new ArrayList<String>();
      for (var cause = error; cause != null; cause = cause.getCause()) {
        lines.addAll(cause.toString().lines().toList());
        var at = Arrays.stream(cause.getStackTrace()).filter(frame -> frame.getClassName().startsWith("dev.holdfast"))
            .limit(3).map(frame -> "    at " + frame).toList();
        lines.addAll(at);
      }
      return lines;
    }
  }
}
