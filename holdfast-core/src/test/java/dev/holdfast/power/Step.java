package dev.holdfast.power;

import java.util.function.Consumer;

/**
 * Something that a program does with a log. It makes sense whichever steps before it were left out.
 *
 * @param text what it says it is
 */
record Step(String text, Consumer<Session> action) {
  /** Has preparing and sealing done by threads of the log, for the whole run. */
  static final Step THREADS = new Step("threads", _ -> {});

  /** Has a second pass with each look at the clock, for the whole run. */
  static final Step SLOWLY = new Step("slowly", _ -> {});

  /** Has syncs of directories take a millisecond, for the whole run, in which several segments are begun. */
  static final Step SLOW_NAMES = new Step("slow names", _ -> {});

  static Step append(String stream, int size) {
    return new Step("append " + stream + " " + size, session -> session.append(stream, size));
  }

  static Step batch(String stream, int count, int size) {
    return new Step("batch " + stream + " " + count + "x" + size, session -> session.batch(stream, count, size));
  }

  static Step appendAsync(String stream, int size) {
    return new Step("appendAsync " + stream + " " + size, session -> session.appendAsync(stream, size));
  }

  static Step join() {
    return new Step("join", Session::join);
  }

  static Step writers(String stream, int threads, int records, int size) {
    return new Step("writers " + stream + " " + threads + "x" + records + "x" + size,
        session -> session.appendFromThreads(stream, threads, records, size));
  }

  static Step sync(String stream) {
    return ifThere("sync", stream, session -> session.sync(stream));
  }

  static Step reopen() {
    return new Step("reopen", Session::reopen);
  }

  static Step delete(String stream) {
    return ifThere("delete", stream, session -> session.delete(stream));
  }

  /** Truncates all but the last records. */
  static Step truncateBefore(String stream, int kept) {
    return ifThere("truncateBefore " + kept + " from the end of", stream, session -> {
      var history = session.expected().only(stream);
      session.truncateBefore(stream, Math.max(history.firstMin(), history.end() - kept));
    });
  }

  /** Truncates the last records. */
  static Step truncateFrom(String stream, int dropped) {
    return ifThere("truncateFrom " + dropped + " from the end of", stream, session -> {
      var history = session.expected().only(stream);
      session.truncateFrom(stream, Math.max(history.firstMin(), history.end() - dropped));
    });
  }

  /** Truncates the last segment. */
  static Step truncateLastSegment(String stream) {
    return ifThere("truncate the last segment of", stream, session -> {
      var segments = session.stream(stream).segments();
      if (!segments.isEmpty()) {
        session.truncateFrom(stream, (int) segments.getLast().ids().start());
      }
    });
  }

  /** Leaves so little space, appends until it is used up, and makes space again. */
  static Step fillDisk(String stream, int free, int size) {
    return new Step("fill " + free + " bytes through " + stream + " by " + size,
        session -> session.fillDisk(stream, free, size));
  }

  private static Step ifThere(String what, String stream, Consumer<Session> action) {
    return new Step(what + " " + stream, session -> {
      if (session.expected().only(stream).mayExist()) {
        action.accept(session);
      }
    });
  }

  @Override
  public String toString() {
    return text;
  }
}
