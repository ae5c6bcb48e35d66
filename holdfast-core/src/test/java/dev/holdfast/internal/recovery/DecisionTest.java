package dev.holdfast.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.internal.recovery.Evidence.Kind;
import dev.holdfast.internal.recovery.Evidence.Obstacle;
import dev.holdfast.internal.recovery.Evidence.Place;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table in CRASH-SAFETY.md, "The decision": from the evidence alone. */
class DecisionTest {
  private static final Place WHERE = new Place("00000000000000000000.seg", 800);

  private static Evidence evidence(long end, long proved, boolean sealed, boolean residue) {
    return new Evidence(end, proved, sealed, residue, WHERE, null);
  }

  @Test
  @DisplayName("SEALED: everything proved durable is there and the last segment has its seal")
  void sealed() {
    assertEquals(new Decision.Sealed(10), Decision.of(evidence(10, 10, true, false)));
    assertEquals(new Decision.Sealed(10), Decision.of(evidence(10, 4, true, false)));
  }

  @Test
  @DisplayName("END_OF_DATA: everything proved durable is there and only zeros follow")
  void endOfData() {
    assertEquals(new Decision.EndOfData(10), Decision.of(evidence(10, 10, false, false)));
    assertEquals(new Decision.EndOfData(10), Decision.of(evidence(10, 0, false, false)));
  }

  @Test
  @DisplayName("TORN_TAIL: everything proved durable is there and something else follows")
  void tornTail() {
    assertEquals(new Decision.TornTail(10), Decision.of(evidence(10, 10, false, true)));
    assertEquals(new Decision.TornTail(10), Decision.of(evidence(10, 9, false, true)));
  }

  @Test
  @DisplayName("DAMAGED_FRAME: a record below what is proved durable cannot be read, whatever else is true")
  void damagedFrame() {
    for (var sealed : new boolean[]{false, true}) {
      for (var residue : new boolean[]{false, true}) {
        var decision = assertInstanceOf(Decision.Corrupt.class, Decision.of(evidence(10, 11, sealed, residue)));
        assertEquals(Kind.DAMAGED_FRAME, decision.kind());
        assertEquals(10, decision.end());
        assertEquals(WHERE, decision.place());
      }
    }
  }

  @Test
  @DisplayName("what is proved lost is said")
  void saysWhatIsLost() {
    var decision = assertInstanceOf(Decision.Corrupt.class, Decision.of(evidence(10, 14, false, true)));
    assertTrue(decision.problem().contains("records 10 to 13 were durable and are lost"), decision.problem());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName("DAMAGED_FRAME, DAMAGED_HEADER, FOREIGN_SEGMENT, MISSING_SEGMENT, CUT_FILE, BROKEN_CHAIN: no crash explains "
      + "them, whatever was proved")
  void obstacle(Kind kind) {
    for (var proved : new long[]{0, 10, 12}) {
      for (var sealed : new boolean[]{false, true}) {
        var place = new Place("00000000000000000010.seg", 0);
        var decision = assertInstanceOf(Decision.Corrupt.class,
            Decision.of(new Evidence(10, proved, sealed, false, WHERE, new Obstacle(kind, place, "it is wrong"))));
        assertEquals(kind, decision.kind());
        assertEquals(10, decision.end());
        assertEquals(place, decision.place());
        assertTrue(decision.problem().startsWith("it is wrong"), decision.problem());
        assertEquals(proved > 10, decision.problem().contains("are lost"), decision.problem());
      }
    }
  }
}
