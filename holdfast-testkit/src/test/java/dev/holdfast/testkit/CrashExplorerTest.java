package dev.holdfast.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.LogFile;
import dev.holdfast.testkit.LedgerProgram.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the explorer finds, what it does not, and what it says about it. */
@Timeout(60)
class CrashExplorerTest {

  // --- programs that are right, and programs that are not

  @Test
  void aProgramThatKeepsItsPromisesPasses() {
    CrashReport report = CrashExplorer.of(new LedgerProgram()).images(500).nested(2, 4).explore();
    assertTrue(report.distinctImages() >= 500, report::toString);
    assertTrue(report.nestedCrashes() > 500, report::toString);
    assertTrue(report.checks() >= report.distinctImages(), report::toString);
    assertTrue(report.crashStates() > report.checks(), report::toString);
  }

  @Test
  void whoAcknowledgesBeforeTheForceIsCaught() {
    CrashFailure failure = caught(Ledger.Flaw.ACKNOWLEDGES_BEFORE_FORCE);
    assertEquals(1, failure.commands().size(), failure::toString);
    assertTrue(failure.commands().getFirst() instanceof Command.Add, failure::toString);
    assertTrue(failure.replayLine().contains("at=FORCE#1@disk:/entries-0 crash=none"), failure::toString);
  }

  @Test
  void whoForgetsTheDirectoryIsCaught() {
    CrashFailure failure = caught(Ledger.Flaw.FORGETS_THE_DIRECTORY);
    assertEquals(1, failure.commands().size(), failure::toString);
  }

  @Test
  void whoReusesIdsIsCaught() {
    CrashFailure failure = caught(Ledger.Flaw.REUSES_IDS);
    assertEquals(2, failure.commands().size(), failure::toString);
    assertTrue(failure.commands().getLast() instanceof Command.Clear, failure::toString);
  }

  @Test
  void aRecoveryThatMayNotBeCrashedIsCaught() {
    CrashFailure failure = caught(Ledger.Flaw.RECOVERS_BY_DELETING);
    assertEquals(1, failure.commands().size(), failure::toString);
    assertEquals(2, failure.replayLine().split(" crash=", -1).length - 1, failure::replayLine);
  }

  @Test
  void whoTakesAnErrorForSuccessIsCaught() {
    CrashFailure failure = caught(Ledger.Flaw.IGNORES_ERRORS);
    assertTrue(failure.replayLine().contains("at=CUT#"), failure::replayLine);
    assertEquals(1, failure.commands().size(), failure::toString);
  }

  /** Returns the failure, which must come again, the same, when its line is replayed. */
  private static CrashFailure caught(Ledger.Flaw flaw) {
    var explorer = CrashExplorer.of(new LedgerProgram(flaw)).nested(2, 4);
    CrashFailure failure = assertThrows(CrashFailure.class, explorer::explore);
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.startsWith("replay: " + failure.replayLine() + "\n"), message);
    CrashFailure again = assertThrows(CrashFailure.class, () -> explorer.replay(failure.replayLine()));
    assertEquals(failure.getMessage(), again.getMessage());
    assertEquals(failure.getMessage(), assertThrows(CrashFailure.class, explorer::explore).getMessage(),
        "exploring again finds the same");
    CrashFailure inParallel = assertThrows(CrashFailure.class, explorer.threads(2)::explore);
    assertEquals(failure.replayLine(), inParallel.replayLine());
    return failure;
  }

  /** The example in the documentation of the package. */
  private static final class Counter implements CrashProgram<String, Integer> {
    @Override
    public String name() {
      return "counter";
    }

    @Override
    public List<String> commands(SplittableRandom random) {
      return Collections.nCopies(5 + random.nextInt(5), "count");
    }

    @Override
    public Integer nothing() {
      return 0;
    }

    @Override
    public void run(SimulatedDisk disk, List<String> commands, Promises<Integer> promises) throws IOException {
      for (int count = 1; count <= commands.size(); count++) {
        disk.root().writeAtomically("count", new byte[]{(byte) count}); // durable when it returns
        promises.are(count);
      }
    }

    @Override
    public void recover(SimulatedDisk disk, Promises<Integer> promises, Outage outage, SplittableRandom random)
        throws IOException {
      int found = disk.root().exists("count") ? disk.root().read("count", 1)[0] : 0;
      if (found < promises.current()) {
        throw new AssertionError("counted to " + promises.current() + ", found " + found);
      }
    }
  }

  @Test
  void theExampleOfTheDocumentationPasses() {
    CrashReport report = CrashExplorer.of(new Counter()).explore();
    assertTrue(report.distinctImages() > 20, report::toString);
    assertTrue(report.toString().startsWith("explored counter, seed 1: 1 runs, "), report::toString);
  }

  // --- how it goes about it

  /** Writes two files beside each other. */
  private record TwoFiles(Set<String> found) implements CrashProgram<String, Boolean> {
    @Override
    public String name() {
      return "two files";
    }

    @Override
    public List<String> commands(SplittableRandom random) {
      return List.of("a", "b");
    }

    @Override
    public Boolean nothing() {
      return false;
    }

    @Override
    public void run(SimulatedDisk disk, List<String> commands, Promises<Boolean> promises) throws IOException {
      for (String name : commands) {
        try (LogFile file = disk.root().create(name, 0)) {
          file.write(ByteBuffer.wrap(new byte[]{1}), 0);
        }
      }
      promises.are(false);
    }

    @Override
    public void recover(SimulatedDisk disk, Promises<Boolean> promises, Outage outage, SplittableRandom random)
        throws IOException {
      found.add(String.join(",", contents(disk.root())));
    }

    private static List<String> contents(Directory root) throws IOException {
      return SimulatedDiskTools.contents(root);
    }
  }

  @Test
  void everyCombinationOfWhatIsPendingIsTriedOnce() {
    Set<String> found = ConcurrentHashMap.newKeySet();
    CrashReport report = CrashExplorer.of(new TwoFiles(found)).nested(0, 0).powerCuts(0).states(3, 8).explore();
    assertEquals(Set.of("", "a=", "b=", "a=\1", "b=\1", "a=,b=", "a=\1,b=", "a=,b=\1", "a=\1,b=\1"), found);
    assertEquals(9, report.distinctImages());
    assertEquals(4, report.operations());
    assertEquals(9 + 4 + 1, report.checks(), "what a kill leaves is checked for itself");
    assertEquals(0, report.nestedCrashes());
    assertEquals(1, report.runs());
  }

  @Test
  void severalThreadsSeeTheSame() {
    CrashReport one = CrashExplorer.of(new LedgerProgram()).explore();
    CrashReport two = CrashExplorer.of(new LedgerProgram()).threads(2).explore();
    assertEquals(one.distinctImages(), two.distinctImages());
    assertEquals(one.checks(), two.checks());
    assertEquals(one.crashStates(), two.crashStates());
  }

  @Test
  void runsWithOtherSeedsFollowUntilThereIsNothingNew() {
    Set<String> found = ConcurrentHashMap.newKeySet();
    assertEquals(2, CrashExplorer.of(new TwoFiles(found)).states(3, 8).images(1000).explore().runs());
    assertEquals(1, CrashExplorer.of(new LedgerProgram()).explore().runs());
    assertTrue(CrashExplorer.of(new LedgerProgram()).images(1000).explore().runs() > 1);
  }

  @Test
  void aRunThatFailsWithoutACrashIsAFailure() {
    var program = new TwoFiles(Set.of());
    CrashFailure failure = assertThrows(CrashFailure.class, CrashExplorer.of(program).threads(2)::explore);
    assertTrue(failure.getCause() instanceof UnsupportedOperationException, failure::toString);
    assertThrows(IllegalArgumentException.class,
        () -> CrashExplorer.of(program).replay("program=another seed=1 at=END crash=none"));
    assertThrows(IllegalStateException.class,
        () -> CrashExplorer.of(program).replay("program=two+files seed=1 at=FORCE#9@disk:/x crash=none"));
  }

  // --- the line, and the list

  @Test
  void theLineSaysItAll() {
    ReplayLine line = new ReplayLine("a b=c", -3, List.of(0, 7), List.of())
        .then(new CrashPoint("WRITE#2@disk:/a"), CrashChoice.keep(5, 4))
        .then(CrashPoint.cutAt(12), CrashChoice.inOrder(3, 99));
    assertEquals("program=a+b%3Dc seed=-3 commands=0,7 at=WRITE#2@disk:/a crash=keep:1010 at=CUT#12 crash=order:3:99",
        line.toString());
    assertEquals(line, ReplayLine.parse("  replay: " + line + " "));
    assertEquals(12, line.crashes().get(1).point().cut());
    assertThrows(IllegalArgumentException.class, () -> ReplayLine.parse("nonsense"));
    assertThrows(IllegalArgumentException.class,
        () -> new CrashChoice("nonsense").imageOf(new SimulatedDisk()));
  }

  @Test
  void whatIsNotNeededIsLeftOut() {
    var line = new ReplayLine("p", 1, null, List.of());
    CrashFailure failure = new CrashFailure(line, List.of(), "", new AssertionError());
    CrashFailure shrunk = CommandShrinker.shrink(failure, 100, 500,
        kept -> kept.containsAll(List.of(13, 14, 77)) ? new CrashFailure(line, kept, "", new AssertionError()) : null);
    assertEquals(List.of(13, 14, 77), shrunk.commands());
    assertEquals("program=p seed=1 commands=13,14,77", shrunk.replayLine());
    CrashFailure inVain = CommandShrinker.shrink(failure, 100, 500, _ -> null);
    assertEquals(failure, inVain);
    assertFalse(inVain.replayLine().contains("commands"));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    var explorer = CrashExplorer.of(new LedgerProgram());
    assertThrows(IllegalArgumentException.class, () -> explorer.threads(0));
    assertThrows(IllegalArgumentException.class, () -> explorer.states(2, 0));
    assertThrows(IllegalArgumentException.class, () -> explorer.states(10, 17));
    assertThrows(IllegalArgumentException.class, () -> explorer.images(-1));
  }
}
