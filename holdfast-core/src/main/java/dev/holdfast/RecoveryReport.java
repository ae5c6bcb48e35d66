package dev.holdfast;

import java.time.Duration;
import java.util.List;

/**
 * What opening a stream found.
 *
 * @param stream the name of the stream
 * @param outcome what the end of the log looked like
 * @param records the records there are
 * @param durableEnd every id below it was proved durable before this open
 * @param segmentsScanned how many segments were looked at to find the end: the last one at least, others where nothing
 *   vouched for them
 * @param bytesScanned how many bytes of them had to be read through; 0 after a clean close
 * @param duration how long it took
 * @param scanDuration how much of that went into reading those bytes through; the rest does not grow with what was
 *   written since the last seal
 * @param notes anything else worth knowing, in words: what was damaged, set aside, or rebuilt
 */
public record RecoveryReport(String stream, Outcome outcome, IdRange records, long durableEnd, int segmentsScanned,
    long bytesScanned, Duration duration, Duration scanDuration, List<String> notes) {

  /** Copies the notes. */
  public RecoveryReport {
    notes = List.copyOf(notes);
  }

  /** What the end of a log looked like. */
  public enum Outcome {
    /** There was no stream yet. */
    NEW,
    /** It had been closed in order. */
    CLEAN,
    /** It had not been closed; nothing was torn. */
    UNCLEAN,
    /** It had not been closed, and an unfinished write was dropped. Nothing that was promised durable is missing. */
    TORN_TAIL,
    /** Something that was promised durable is damaged or missing. */
    CORRUPT
  }
}
