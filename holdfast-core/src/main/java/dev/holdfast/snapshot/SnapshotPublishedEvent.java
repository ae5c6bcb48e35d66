package dev.holdfast.snapshot;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The event of a snapshot that was published: capturing, writing, its marker, and the truncation. */
@Name("dev.holdfast.SnapshotPublished")
@Label("Snapshot Published")
@Category("Holdfast")
@Description("A snapshot was written, noted in the log, and what it covers truncated")
@StackTrace(false)
final class SnapshotPublishedEvent extends Event {
  @Label("Stream")
  @Nullable
  String stream;

  @Label("End")
  @Description("The snapshot has every record below this id")
  long end;

  @Label("Size")
  @DataAmount
  long size;

  @Label("Truncated Records")
  long truncated;

  /** Returns one that has begun; null where nothing is recorded, which costs next to nothing. */
  static @Nullable SnapshotPublishedEvent begun() {
    if (!FlightRecorder.isInitialized()) {
      return null;
    }
    var event = new SnapshotPublishedEvent();
    event.begin();
    return event;
  }

  void commit(String of, PublishedSnapshot published) {
    stream = of;
    end = published.snapshot().end();
    size = published.snapshot().size();
    truncated = published.truncated().end() - published.truncated().start();
    commit();
  }
}
