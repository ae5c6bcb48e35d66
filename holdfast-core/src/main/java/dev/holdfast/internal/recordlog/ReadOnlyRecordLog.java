package dev.holdfast.internal.recordlog;

import dev.holdfast.IdRange;
import dev.holdfast.RecordLog;
import dev.holdfast.RecordVisitor;
import dev.holdfast.ReplayMode;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalIOException;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record log that is open for reading. It keeps nothing open and remembers nothing: a writer may be at work, and
 * replaces the file at times; each call opens it by its name and reads it through.
 */
final class ReadOnlyRecordLog implements RecordLog {
  private final RecordFile where;
  private volatile boolean closed;

  ReadOnlyRecordLog(RecordFile where) {
    this.where = where;
  }

  /** Looks at the file and reads from it. */
  private interface Reader<T> {
    T read(LogFile file, Found found, Verdict verdict) throws IOException;
  }

  /**
   * What one is to believe.
   *
   * @param end where the records end
   * @param torn whether an unfinished append follows, which nobody is working on
   */
  private record Verdict(long end, boolean torn) {}

  private <T> T look(Reader<T> reader) {
    if (closed) {
      throw new WalClosedException("the record log " + where.label() + " is closed");
    }
    try {
      @Nullable
      Found before = null;
      while (true) {
        try (var file = where.open(Access.READ)) {
          var found = Found.in(where, file);
          var verdict = judge(found, before);
          if (verdict != null) {
            return reader.read(file, found, verdict);
          }
          before = found;
        }
      }
    } catch (IOException e) {
      throw new WalIOException("cannot read " + where.label() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns what to believe, or null if it is to be looked at again. Beside a writer that is what the watermark vouches
   * for. What more is appended while the file is read may look like damage: then the next look gets further.
   */
  private @Nullable Verdict judge(Found found, @Nullable Found before) throws IOException {
    if (found.isSettled()) {
      return new Verdict(found.end(), false);
    }
    if (found.isCorrupt()) {
      return before != null && before.isCorrupt() && before.end() == found.end()
          ? new Verdict(found.end(), false)
          : null;
    }
    if (where.hasWriter()) {
      return new Verdict(found.durableEnd(), false);
    }
    // Asked after the look: a writer may have begun, and ended, meanwhile.
    return found.agrees(before) ? new Verdict(found.end(), found.isTorn()) : null;
  }

  @Override
  public long nextId() {
    return look((_, found, verdict) -> {
      if (found.isCorrupt()) {
        throw found.corruption();
      }
      return verdict.end();
    });
  }

  @Override
  public void replay(ReplayMode mode, RecordVisitor visitor) {
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(visitor, "visitor");
    look((file, found, verdict) -> {
      if (found.header() != null) {
        new Walk(where, file, found.header()).records(verdict.end(), visitor);
      }
      if (found.isCorrupt() || (verdict.torn() && mode == ReplayMode.STRICT)) {
        throw found.corruption();
      }
      return verdict;
    });
  }

  @Override
  public long append(byte[] record) {
    throw readOnly();
  }

  @Override
  public IdRange appendBatch(List<byte[]> records) {
    throw readOnly();
  }

  private UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("the record log " + where.label() + " is open for reading");
  }

  @Override
  public void close() {
    closed = true;
  }
}
