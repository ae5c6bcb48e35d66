package dev.holdfast.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests that attack the promises are tested: each bug of {@code src/test/resources/planted} is planted into a copy
 * of the sources, and the test that it names has to find it. The tests run in JVMs of their own, two at a time.
 */
class PlantedBugsTest {
  private static final int AT_ONCE = 2;
  /** Some bugs show only if threads meet, which they do less often on a busy machine. */
  private static final int ATTEMPTS = 3;
  private static final Path PATCHES = FinderRun.MODULE.resolve("src").resolve("test").resolve("resources")
      .resolve("planted");
  private static final ExecutorService RUNS = Executors.newFixedThreadPool(AT_ONCE,
      Thread.ofPlatform().name("planted-", 0).daemon().factory());
  private static final Map<String, Future<FinderOutcome>> BEGUN = new LinkedHashMap<>();
  private static final String NONE = "none";
  /** What the names of the bugs to plant contain. */
  private static final String WANTED = System.getProperty("holdfast.planted", "");

  @TempDir
  static Path scratch;

  static List<PlantedBug> bugs() throws IOException {
    return PlantedBug.in(PATCHES).stream().filter(bug -> bug.toString().contains(WANTED)).toList();
  }

  @BeforeAll
  static void begin() throws IOException {
    begin(NONE, PlantedBugsTest::runUnchanged); // first, because it takes longest
    for (var bug : bugs()) {
      begin(bug.toString(), () -> run(bug));
    }
  }

  private static void begin(String name, Callable<FinderOutcome> run) {
    BEGUN.put(name, RUNS.submit(run));
  }

  @AfterAll
  static void end() {
    RUNS.shutdownNow();
  }

  private static FinderOutcome run(PlantedBug bug) throws IOException, InterruptedException {
    var directory = scratch.resolve(bug.toString());
    var sources = new PatchedSources(repository(), directory);
    sources.plant(bug);
    var patched = sources.compile(FinderRun.classPath());
    var outcome = FinderRun.of(patched, directory, List.of(bug.finder()), 1);
    for (var attempt = 1; attempt < ATTEMPTS && !outcome.hasFailed(); attempt++) {
      System.out.println("planted bug: " + bug + ": missed by " + bug.finder() + ", which tries again");
      outcome = FinderRun.of(patched, directory, List.of(bug.finder()), 1 + attempt * 1000);
    }
    return outcome;
  }

  private static FinderOutcome runUnchanged() throws IOException, InterruptedException {
    var directory = scratch.resolve(NONE);
    var sources = new PatchedSources(repository(), directory);
    for (var bug : bugs()) {
      sources.leaveAsIs(bug);
    }
    return FinderRun.of(sources.compile(FinderRun.classPath()), directory, finders(), 1);
  }

  private static List<String> finders() throws IOException {
    return bugs().stream().map(PlantedBug::finder).distinct().toList();
  }

  private static Path repository() {
    return Objects.requireNonNull(FinderRun.MODULE.getParent());
  }

  private static FinderOutcome outcomeOf(String name) throws Exception {
    try {
      return Objects.requireNonNull(BEGUN.get(name), name).get();
    } catch (ExecutionException e) {
      throw new AssertionError(name + ": " + Objects.requireNonNull(e.getCause()).getMessage(), e);
    }
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void isFound(PlantedBug bug) throws Exception {
    var outcome = outcomeOf(bug.toString());
    System.out.println("planted bug: " + bug + ": " + (outcome.hasFailed() ? "found after " : "not found within ")
        + outcome.millis() + " ms by " + bug.finder());
    assumeFalse(outcome.skipped(), () -> bug.finder() + " cannot run here");
    assertTrue(outcome.hasFailed(), () -> bug.finder() + " does not notice " + bug);
    assertTrue(outcome.assertion(), () -> bug.finder() + " breaks down instead of finding " + bug + ": "
        + outcome.text());
    assertTrue(bug.isShownBy(outcome.text()),
        () -> bug.finder() + " fails, but says none of " + bug.shows() + ": " + outcome.text());
  }

  /** Or finding something would mean nothing. */
  @Test
  void nothingIsFoundInTheSourcesAsTheyAre() throws Exception {
    var outcome = outcomeOf(NONE);
    System.out.println("planted bug: none: " + outcome.tests() + " tests in " + outcome.millis() + " ms");
    assertEquals("", outcome.failed(), outcome::text);
    var finders = finders().size();
    assertTrue(outcome.tests() >= finders, () -> "only " + outcome.tests() + " tests of " + finders + " have run");
  }
}
