package dev.holdfast;

import dev.holdfast.internal.log.OpenLog;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.FsDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A log: a directory of named streams. Safe for use by many threads. One process at a time may have it open for
 * writing; read-only opens are allowed beside it.
 */
public interface Wal extends AutoCloseable {

  /** Opens the log in {@code directory} for writing with the default options, creating both if need be. */
  static Wal open(Path directory) {
    return open(directory, WalOptions.defaults());
  }

  /**
   * Opens the log in {@code directory} for writing, creating both if need be.
   *
   * @throws WalLockedException if somebody has it open for writing
   * @throws IllegalArgumentException if the directory holds something else; it is left untouched
   * @throws UnsupportedFormatException if it was written by a newer version
   * @throws WalIOException if storage fails
   */
  static Wal open(Path directory, WalOptions options) {
    try {
      return OpenLog.forWriting(FsDirectory.create(directory), options);
    } catch (IOException e) {
      throw new WalIOException("cannot open the log in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Opens the log in {@code directory} for writing, creating it if need be. */
  static Wal open(Directory directory, WalOptions options) {
    return OpenLog.forWriting(directory, options);
  }

  /**
   * Opens the log in {@code directory} for reading. It never changes a byte, and may be done beside a writer, of this
   * process or another: then records are seen as far as the writer has made them durable, or, where its sync policy
   * lets readers see more, as far as it has written them, at most 50 ms after they were appended.
   *
   * @throws IllegalArgumentException if there is no log
   */
  static Wal openReadOnly(Path directory, WalOptions options) {
    try {
      return OpenLog.forReading(FsDirectory.open(directory), options);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no log in " + directory, e);
    } catch (IOException e) {
      throw new WalIOException("cannot open the log in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Opens the log in {@code directory} for reading. */
  static Wal openReadOnly(Directory directory, WalOptions options) {
    return OpenLog.forReading(directory, options);
  }

  /**
   * Returns the stream of this name, recovering it if it is used for the first time since the log was opened. It is
   * created by its first append. The same object every time, until it is deleted.
   *
   * @param name any text that is not empty, {@code .} or {@code ..}, and at most 200 bytes long when its UTF-8 bytes
   *   outside of {@code [A-Za-z0-9._-]} are written as {@code %XX}
   * @throws CorruptionException if records that were promised durable are damaged or missing, under
   *   {@link CorruptionPolicy#ERROR}
   * @throws StreamNotFoundException if there is none, in a log that is open for reading
   */
  LogStream stream(String name);

  /**
   * Returns the stream of this name with options of its own.
   *
   * @throws IllegalArgumentException if it has been opened with others before
   */
  LogStream stream(String name, StreamOptions options);

  /**
   * Returns the stream of this name as one of entries: {@link #stream(String)}, seen through {@code codec}. Nothing of
   * the codec is kept on disk.
   */
  <E> TypedStream<E> stream(String name, Codec<E> codec);

  /** Returns the stream of this name, with options of its own, as one of entries. */
  <E> TypedStream<E> stream(String name, StreamOptions options, Codec<E> codec);

  /** Returns the names of the streams there are, sorted. */
  List<String> streamNames();

  /** Returns whether there is a stream of this name: it has had an append. */
  boolean hasStream(String name);

  /**
   * Deletes a stream and all its records, for good. Objects got for it before throw {@link StreamNotFoundException}
   * from then on.
   *
   * @return false if there was none
   */
  boolean deleteStream(String name);

  /** Makes everything appended to any stream before this call durable. */
  void sync();

  /** Returns figures. */
  WalStats stats();

  /** Returns what opening each stream found, for those used so far, by name. */
  Map<String, RecoveryReport> recovery();

  /**
   * Closes the log: refuses new appends, completes those under way, syncs under every policy, seals the last segments,
   * and lets go of the lock. Closing twice does nothing the second time.
   *
   * @throws StreamFailedException if something could not be made durable; everything is closed all the same
   */
  @Override
  void close();
}
