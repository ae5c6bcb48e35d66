package dev.holdfast.snapshot;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The event of a state that was recovered from a snapshot and the records after it. */
@Name("dev.holdfast.StateRecovered")
@Label("State Recovered")
@Category("Holdfast")
@Description("A state was recovered from a snapshot and the records after it")
@StackTrace(false)
final class StateRecoveredEvent extends Event {
  @Label("Stream")
  @Nullable
  String stream;

  @Label("Snapshot End")
  @Description("The snapshot it began with has every record below this id; -1 if there was none")
  long snapshotEnd;

  @Label("Replayed Records")
  long replayed;

  @Label("Notes")
  @Description("Snapshots that could not be read, and the like")
  @Nullable
  String notes;

  /** Returns one that has begun; null where nothing is recorded, which costs next to nothing. */
  static @Nullable StateRecoveredEvent begun() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    var event = new StateRecoveredEvent();
    event.begin();
    return event;
  }

  void commit(String of, StateRecovery report) {
    stream = of;
    snapshotEnd = report.snapshot().map(SnapshotInfo::end).orElse(-1L);
    replayed = report.replayed();
    notes = String.join("; ", report.notes());
    commit();
  }
}
