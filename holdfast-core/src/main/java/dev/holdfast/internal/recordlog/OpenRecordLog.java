package dev.holdfast.internal.recordlog;

import dev.holdfast.RecordLog;
import dev.holdfast.StorageFullException;
import dev.holdfast.WalException;
import dev.holdfast.WalIOException;
import dev.holdfast.WalLockedException;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Opens record logs. */
public final class OpenRecordLog {
  private OpenRecordLog() {}

  /** Opens a record log for writing, creating it if need be. */
  public static RecordLog forWriting(Directory directory, String name) {
    return forWriting(directory, name, Headers.SYSTEM);
  }

  /** Opens a record log for writing, with headers made by {@code headers}. */
  public static RecordLog forWriting(Directory directory, String name, Headers headers) {
    var where = new RecordFile(directory, name);
    try {
      if (where.exists()) {
        checkIsRecordLog(where); // before anything is created beside somebody else's file
      }
      return openLocked(where, headers);
    } catch (IOException e) {
      throw failure(where.label(), e);
    }
  }

  private static RecordLog openLocked(RecordFile where, Headers headers) throws IOException {
    var lock = where.lock().orElseThrow(() -> new WalLockedException("the record log " + where.label()
        + " is open for writing already, by " + where.owner().read() + "; one writer at a time"));
    try {
      where.noteOwner();
      return WritableRecordLog.open(where, headers, lock);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Opens a record log for reading. */
  public static RecordLog forReading(Directory directory, String name) {
    var where = new RecordFile(directory, name);
    try {
      checkIsRecordLog(where);
      return new ReadOnlyRecordLog(where);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no record log " + where.label(), e);
    } catch (IOException e) {
      throw failure(where.label(), e);
    }
  }

  private static void checkIsRecordLog(RecordFile where) throws IOException {
    try (var file = where.open(Access.READ)) {
      where.readHeader(file);
    }
  }

  /** Returns the exception for a log that cannot be opened. */
  public static WalException failure(String label, IOException e) {
    return e instanceof OutOfSpaceException
        ? new StorageFullException("no space to open the record log " + label + ": " + e.getMessage(), e)
        : new WalIOException("cannot open the record log " + label + ": " + e.getMessage(), e);
  }
}
