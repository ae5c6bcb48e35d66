package dev.holdfast.process;

import dev.holdfast.Wal;
import dev.holdfast.process.KillEvent.Kind;

/** Creates streams, appends a few records, and deletes them, again and again under the same few names. */
final class BriefStreams {
  static final int NAMES = 3;
  private static final int FIRST_NUMBER = 1_000;
  private static final int FIRST_WRITER = 10_000_000;
  private static final int OPERATIONS = 4;

  private final EventPipe out;
  private final Wal wal;
  private final int writer;

  BriefStreams(EventPipe out, Wal wal, int round) {
    this.out = out;
    this.wal = wal;
    this.writer = FIRST_WRITER + round;
  }

  /** Returns the number of one of these streams in events. */
  static int number(int which) {
    return FIRST_NUMBER + which;
  }

  static String name(int which) {
    return "brief-" + which;
  }

  void run() {
    for (var life = 0;; life++) {
      var which = life % NAMES;
      if (wal.hasStream(name(which))) {
        tell(which, KillEvent.ids(Kind.DELETING, 0, 0));
        if (!wal.deleteStream(name(which))) {
          throw new AssertionError(name(which) + " was there and could not be deleted");
        }
        tell(which, KillEvent.ids(Kind.DELETED, 0, 0));
      }
      for (var i = 0; i < 1 + life % OPERATIONS; i++) {
        append(which, life * OPERATIONS + i, i == 0 ? 2 + life % 5 : 1);
      }
      KillWriter.pause(life % 4);
    }
  }

  private void append(int which, int operation, int count) {
    tell(which, KillEvent.append(Kind.APPENDING, writer, operation, count, 0));
    var ids = wal.stream(name(which)).appendBatch(KillWriter.batch(writer, operation, count));
    tell(which, KillEvent.append(Kind.APPENDED, writer, operation, count, ids.start()));
  }

  private void tell(int which, KillEvent event) {
    out.tell(event.on(number(which)));
  }
}
