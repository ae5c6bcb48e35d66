package dev.holdfast.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors of system calls, made by {@code strace} in another process: what the operating system would really say. */
@Timeout(120)
class SystemCallFaultTest {
  private static final String EIO = "Input/output error";
  private static final String ENOSPC = "No space left on device";

  @TempDir
  Path temporary;

  private @Nullable LogProgram running;

  @BeforeEach
  void startProgram() throws Exception {
    Strace.assumeAvailable(temporary);
    restart();
  }

  @AfterEach
  void endProgram() {
    if (running != null) {
      running.close();
    }
  }

  private LogProgram program() {
    return Objects.requireNonNull(running);
  }

  /** Kills the program, if it runs, and starts it again. */
  private void restart() throws Exception {
    endProgram();
    running = LogProgram.start(log());
  }

  private Path log() throws IOException {
    return temporary.toRealPath().resolve("log");
  }

  private Path segment(long firstId) throws IOException {
    return log().resolve("streams/s").resolve(String.format(Locale.ROOT, "%020d.seg", firstId));
  }

  private String ask(String command) throws IOException {
    return program().ask(command);
  }

  private void expect(String answer, String command) throws IOException {
    assertEquals(answer, ask(command), command);
  }

  private Strace inject(String what, Path... paths) throws IOException, InterruptedException {
    return Strace.inject(program().process(), temporary, what, paths);
  }

  private static String records(String name, int count) {
    return String.join(", ", names(name, count));
  }

  private static List<String> names(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> name + "-" + i).toList();
  }

  private void assertFailed(String answer, String error) {
    assertTrue(answer.startsWith("StreamFailedException <- ") && answer.contains(error), answer);
  }

  private void assertAllFailed(String answers, int count, String error) {
    var all = answers.substring(1, answers.length() - 1).split(", (?=StreamFailed|[0-9])", -1);
    assertEquals(count, all.length, answers);
    for (var answer : all) {
      assertFailed(answer, error);
    }
  }

  // ---- a failed sync

  @ParameterizedTest
  @ValueSource(strings = {"EIO", "ENOSPC"})
  void afterAFailedSyncNothingIsAcknowledgedAndNothingRetried(String error) throws Exception { // KNOWN-FAILURES 3, 10
    var text = error.equals("EIO") ? EIO : ENOSPC;
    expect("opened", "open STRICT 1000000 0");
    expect("[0, 1, 2, 3, 4]", "append s good 5");
    Strace strace;
    try (var attached = inject("fdatasync:error=" + error)) {
      strace = attached;
      assertAllFailed(ask("parallel s bad 8"), 8, text);
      assertFailed(ask("append s bad 1"), text);
      assertFailed(ask("sync s"), text);
    }
    assertEquals(1, strace.injected().size(), "retried");
    assertFailed(ask("append s late 1"), text);
    assertFailed(ask("batch s late 2"), text);
    assertFailed(ask("truncateFrom s 2"), text);
    assertAllFailed(ask("async s late 3"), 3, text);
    expect("0 5 5", "ends s");
    expect("[" + records("good", 5) + "]", "read s 0");
    expect("good-4", "get s 4");
    assertTrue(ask("close").startsWith("StreamFailedException"));
    expect("opened", "open STRICT 1000000 0");
    assertRecoveredAfterFailure(names("good", 5));
  }

  /** What was acknowledged is there; of what failed each record is there or not; and the stream works. */
  private void assertRecoveredAfterFailure(List<String> acknowledged) throws IOException {
    var read = ask("read s 0");
    var found = new ArrayList<>(List.of(read.substring(1, read.length() - 1).split(", ", -1)));
    assertEquals(acknowledged, found.subList(0, acknowledged.size()), read);
    var rest = found.subList(acknowledged.size(), found.size());
    assertTrue(rest.stream().allMatch(record -> record.startsWith("bad-")), read);
    assertEquals(rest.size(), rest.stream().distinct().count(), read);
    expect("[" + found.size() + "]", "append s again 1");
    found.add("again-0");
    expect("[" + String.join(", ", found) + "]", "read s 0");
  }

  @Test
  void twoSyncsOfOneDescriptorBothFailThoughTheSystemTellsOnlyOne() throws Exception { // KNOWN-FAILURES 30
    expect("opened", "open ASYNC 1000000 0");
    ask("append s kept 3");
    expect("synced", "sync s");
    ask("append s lost 3");
    Strace strace;
    try (var attached = inject("fdatasync:error=EIO:when=1", segment(0))) { // of each thread the first, never again
      strace = attached;
      assertAllFailed(ask("parallelSync s 8"), 8, EIO);
      assertAllFailed(ask("parallelSync s 8"), 8, EIO);
    }
    assertEquals(1, strace.calls().stream().filter(line -> line.contains("fdatasync(")).count(), "syncs");
    acknowledgedButUnreadableThrows();
  }

  private void acknowledgedButUnreadableThrows() throws Exception {
    expect("kept-2", "get s 2");
    for (var id = 3; id < 6; id++) {
      assertFailed(ask("get s " + id), EIO);
    }
    expect("empty", "get s 6");
    var read = ask("read s 0");
    assertTrue(read.startsWith("[" + records("kept", 3) + ", StreamFailedException"), read);
    assertFailed(ask("append s late 1"), EIO);
    restart();
    expect("opened", "open ASYNC 1000000 0");
    expect("[" + records("kept", 3) + ", " + records("lost", 3) + "]", "read s 0");
    expect("[6]", "append s again 1");
  }

  @Test
  void aBackgroundSyncThatFailsFailsTheStream() throws Exception {
    expect("opened", "open EVERY 1000000 0");
    ask("append s kept 3");
    expect("synced", "sync s");
    try (var _ = inject("fdatasync:error=EIO")) {
      ask("append s lost 3");
      var deadline = System.nanoTime() + 20_000_000_000L;
      while (!ask("get s 5").startsWith("StreamFailedException") && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
    }
    acknowledgedButUnreadableThrows();
  }

  @Test
  void aBatchAcrossARotationFailsWhenTheOldSegmentCannotBeSynced() throws Exception { // KNOWN-FAILURES 1, 2, 8
    expect("opened", "open BATCH_ONLY 1000000 6");
    expect(IntStream.range(0, 6).boxed().toList().toString(), "append s bad 6");
    Strace strace;
    try (var attached = inject("fdatasync:error=EIO", segment(0))) {
      strace = attached;
      assertFailed(ask("batch s bad 2"), EIO);
      assertFailed(ask("batch s bad 2"), EIO);
    }
    assertEquals(1, strace.injected().size());
    assertFailed(ask("batch s bad 2"), EIO);
    assertFailed(ask("get s 5"), EIO);
  }

  @Test
  void aRecordBehindARotationIsNotAcknowledgedWhenTheNameOfTheSegmentIsNotDurable() throws Exception { // KNOWN-FAILURES 9
    expect("opened", "open STRICT 1000000 4");
    ask("append s good 4");
    try (var _ = inject("fsync:error=EIO", log().resolve("streams/s"))) {
      assertFailed(ask("append s bad 1"), EIO);
    }
    assertFailed(ask("append s bad 1"), EIO);
    expect("[" + records("good", 4) + "]", "read s 0");
    restart();
    expect("opened", "open STRICT 1000000 4");
    assertRecoveredAfterFailure(names("good", 4));
  }

  @Test
  void aStreamIsNotCreatedWhenItsNameIsNotDurable() throws Exception { // KNOWN-FAILURES 9
    expect("opened", "open STRICT 1000000 0");
    ask("append t other 1");
    try (var _ = inject("fsync:error=EIO", log().resolve("streams"))) {
      var answer = ask("append s bad 1");
      assertTrue(answer.contains("Exception <- ") && answer.contains(EIO), answer);
    }
    expect("[1]", "append t other 1");
    restart();
    expect("opened", "open STRICT 1000000 0");
    expect("[other-0, other-0]", "read t 0");
    expect("[0]", "append s good 1");
    expect("[good-0]", "read s 0");
  }

  @Test
  void aFailedSyncWhileClosingIsReported() throws Exception {
    expect("opened", "open ASYNC 1000000 0");
    ask("append s kept 3");
    try (var _ = inject("fdatasync:error=EIO")) {
      var answer = ask("close");
      assertFailed(answer, EIO);
    }
    expect("opened", "open ASYNC 1000000 0");
    expect("[" + records("kept", 3) + "]", "read s 0");
  }

  // ---- a failed write

  @Test
  void aFullDiskFailsTheAppendWholeAndNothingElse() throws Exception { // KNOWN-FAILURES 4, 25
    expect("opened", "open STRICT 1000000 0");
    expect("[0, 1, 2, 3, 4]", "append s good 5");
    for (var round = 0; round < 3; round++) {
      try (var _ = inject("pwrite64:error=ENOSPC:when=1", segment(round == 0 ? 0 : 4 + round))) {
        var answer = ask("batch s bad 3");
        assertTrue(answer.startsWith("StorageFullException <- ") && answer.contains(ENOSPC), answer);
      }
      expect("0 " + (5 + round) + " " + (5 + round), "ends s");
      expect("empty", "get s " + (5 + round));
      expect("[" + (5 + round) + "]", "append s more" + round + " 1");
    }
    var all = "[" + records("good", 5) + ", more0-0, more1-0, more2-0]";
    expect(all, "read s 0");
    restart();
    expect("opened", "open STRICT 1000000 0");
    expect(all, "read s 0");
    expect("[8]", "append s again 1");
  }

  @Test
  void recordsOfAFailedWriteNeverComeBackAfterAKill() throws Exception { // KNOWN-FAILURES 4
    expect("opened", "open ASYNC 1000000 0");
    expect("[0, 1, 2, 3, 4]", "append s good 5");
    try (var _ = inject("pwrite64:error=ENOSPC:when=1", segment(0))) {
      var answers = ask("async s bad 20");
      assertTrue(answers.contains("StorageFullException"), answers);
      var kept = answers.chars().filter(c -> c == ',').count() + 1 - answers.split("StorageFullException", -1).length
          + 1;
      expect("0 0 " + (5 + kept), "ends s");
    }
    var before = ask("read s 0");
    restart();
    expect("opened", "open ASYNC 1000000 0");
    expect(before, "read s 0");
  }

  @Test
  void aWriteThatFailsOtherwiseFailsTheStream() throws Exception { // KNOWN-FAILURES 3, 4
    expect("opened", "open STRICT 1000000 0");
    expect("[0, 1, 2, 3, 4]", "append s good 5");
    try (var _ = inject("pwrite64:error=EIO:when=1", segment(0))) {
      assertAllFailed(ask("parallel s bad 8"), 8, EIO);
    }
    assertFailed(ask("append s late 1"), EIO);
    expect("[" + records("good", 5) + "]", "read s 0");
    restart();
    expect("opened", "open STRICT 1000000 0");
    assertRecoveredAfterFailure(names("good", 5));
  }

  @Test
  void whenWhatWasWrittenCannotBeTakenBackTheStreamFails() throws Exception { // KNOWN-FAILURES 4
    expect("opened", "open STRICT 1000000 0");
    expect("[0, 1, 2, 3, 4]", "append s good 5");
    try (var _ = inject("pwrite64:error=ENOSPC", segment(0))) {
      assertFailed(ask("append s bad 1"), ENOSPC);
    }
    assertFailed(ask("append s bad 1"), ENOSPC);
    restart();
    expect("opened", "open STRICT 1000000 0");
    assertRecoveredAfterFailure(names("good", 5));
  }

  @Test
  void aWatermarkThatCannotBeWrittenStaysBehindAndHarmsNobody() throws Exception {
    expect("opened", "open STRICT 1000000 0");
    ask("append s good 2");
    try (var _ = inject("pwrite64:error=EIO", log().resolve("streams/s/STATE"))) {
      expect("[2, 3, 4]", "append s more 3");
    }
    restart();
    expect("opened", "open STRICT 1000000 0");
    expect("[good-0, good-1, more-0, more-1, more-2]", "read s 0");
  }

  @Test
  void aFullDiskWhileTheNextSegmentIsPreparedFailsOnlyThatAppend() throws Exception { // KNOWN-FAILURES 25
    expect("opened", "open STRICT 1000000 4");
    ask("append s good 4");
    try (var _ = inject("pwrite64:error=ENOSPC", tmpFiles())) {
      var answer = ask("append s bad 1");
      assertTrue(answer.startsWith("StorageFullException <- ") && answer.contains(ENOSPC), answer);
      answer = ask("batch s bad 2");
      assertTrue(answer.startsWith("StorageFullException <- ") && answer.contains(ENOSPC), answer);
      expect("[" + records("good", 4) + "]", "read s 0");
    }
    expect("[4, 5, 6, 7, 8]", "append s more 5");
    var all = "[" + records("good", 4) + ", " + records("more", 5) + "]";
    expect(all, "read s 0");
    restart();
    expect("opened", "open STRICT 1000000 4");
    expect(all, "read s 0");
  }

  private Path[] tmpFiles() throws IOException {
    var files = new ArrayList<Path>();
    for (var i = 0; i < 10; i++) {
      files.add(log().resolve("streams/s/1-" + i + ".tmp"));
    }
    return files.toArray(Path[]::new);
  }

  @Test
  void aSyncThatFailsWhileTheNextSegmentIsPreparedFailsOnlyThatAppend() throws Exception {
    expect("opened", "open STRICT 1000000 4");
    ask("append s good 4");
    try (var _ = inject("fdatasync:error=ENOSPC", tmpFiles())) {
      var answer = ask("append s bad 1");
      assertTrue(answer.startsWith("StorageFullException <- ") && answer.contains(ENOSPC), answer);
    }
    expect("[4, 5, 6, 7, 8]", "append s more 5");
  }

  @Test
  void anErrorWhileSealingFailsTheStreamButTakesNothing() throws Exception { // KNOWN-FAILURES 1
    expect("opened", "open ASYNC 1000000 4");
    ask("append s bad 4");
    try (var _ = inject("fdatasync:error=EIO", segment(4))) {
      expect("[4]", "append s bad 1"); // sealing 0 behind it needs a sync of 4
      var answer = "";
      for (var i = 0; i < 500 && !answer.startsWith("StreamFailedException"); i++) {
        Thread.sleep(10);
        answer = ask("sync s");
      }
      assertFailed(answer, EIO);
    }
    restart();
    expect("opened", "open ASYNC 1000000 4");
    expect("[bad-0, bad-1, bad-2, bad-3, bad-0]", "read s 0");
  }

  // ---- recovery

  @Test
  void aFailedReadWhileOpeningIsAnErrorAndNothingIsConcluded() throws Exception {
    expect("opened", "open STRICT 1000000 0");
    ask("append s good 5");
    restart();
    expect("opened", "open STRICT 1000000 0");
    var before = Snapshot.of(log());
    try (var _ = inject("pread64:error=EIO", segment(0))) {
      var answer = ask("read s 0");
      assertTrue(answer.startsWith("WalIOException <- ") && answer.contains(EIO), answer);
      assertFalse(answer.contains("good"), answer);
    }
    Snapshot.assertSame(before, log());
    expect("[" + records("good", 5) + "]", "read s 0");
  }

  @Test
  void whatWasFoundIsMadeDurableBeforeAnybodySeesItOrTheStreamDoesNotOpen() throws Exception { // KNOWN-FAILURES 7, 30
    expect("opened", "open ASYNC 1000000 0");
    ask("append s good 5");
    restart();
    expect("opened", "open STRICT 1000000 0");
    try (var _ = inject("fdatasync:error=EIO", segment(0))) {
      var answer = ask("read s 0");
      assertTrue(answer.startsWith("WalIOException <- ") && answer.contains(EIO), answer);
      var open = openFiles();
      for (var i = 0; i < 20; i++) {
        assertEquals(answer, ask("append s bad 1"));
      }
      assertTrue(openFiles() <= open + 2, () -> "each attempt leaves files open: " + open);
    }
    expect("[" + records("good", 5) + "]", "read s 0");
    expect("0 5 5", "ends s");
    expect("[5]", "append s more 1");
  }

  private long openFiles() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/" + program().process().pid() + "/fd"))) {
      return descriptors.count();
    }
  }

  @Test
  void aTruncationFromTheBackThatFailsLeavesEitherHistoryWhole() throws Exception {
    expect("opened", "open STRICT 1000000 0");
    ask("append s good 5");
    var whole = "[" + records("good", 5) + "]";
    for (var what : List.of("fdatasync:error=EIO", "fsync:error=EIO", "rename:error=EIO", "pwrite64:error=EIO")) {
      try (var _ = inject(what)) {
        var answer = ask("truncateFrom s 3");
        assertTrue(answer.contains("Exception <- ") && answer.contains(EIO), what + ": " + answer);
      }
      restart();
      expect("opened", "open STRICT 1000000 0");
      var read = ask("read s 0");
      if (read.equals("[good-0, good-1, good-2]")) {
        expect("[3, 4]", "append s good 2");
        whole = "[good-0, good-1, good-2, good-0, good-1]";
      } else {
        assertEquals(whole, read, what);
      }
      restart();
      expect("opened", "open STRICT 1000000 0");
    }
  }
}
