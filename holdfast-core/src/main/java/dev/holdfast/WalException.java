package dev.holdfast;

/**
 * What can go wrong with a log, as opposed to a mistake of the caller (those are {@link NullPointerException} and
 * {@link IllegalArgumentException}). Match it with a default branch: later versions add kinds.
 */
public abstract sealed class WalException extends RuntimeException
    permits CorruptionException, WalIOException, StorageFullException, StreamFailedException, WalLockedException,
    WalClosedException, StreamNotFoundException, RecordTooLargeException, UnsupportedFormatException,
    CursorInvalidatedException, EntryCodecException, CheckpointNotFoundException, InvalidCheckpointIdException,
    ShardCountMismatchException, SnapshotException {
  private static final long serialVersionUID = 1L;

  WalException(String message) {
    super(message);
  }

  WalException(String message, Throwable cause) {
    super(message, cause);
  }
}
