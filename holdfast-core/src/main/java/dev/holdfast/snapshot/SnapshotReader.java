package dev.holdfast.snapshot;

import dev.holdfast.SnapshotException;
import dev.holdfast.Wal;
import dev.holdfast.WalIOException;
import dev.holdfast.internal.format.Names;
import dev.holdfast.internal.format.SnapshotHeader;
import dev.holdfast.internal.log.LogParts;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the snapshots of one stream.
 *
 * @param wal its log
 * @param stream its name
 * @param maxSize the largest state that is read, in bytes
 */
record SnapshotReader(Wal wal, String stream, long maxSize) {

  /** See {@link SnapshotStore#read}. */
  <S> S read(SnapshotInfo snapshot, SnapshotCodec<S> codec) {
    var opened = open(snapshot);
    try (var file = opened.file) {
      var in = new SnapshotInput(file, opened.header);
      S state;
      try {
        state = codec.read(in);
      } catch (Exception | StackOverflowError e) { // whatever it is, also one that is not declared
        throw unreadable(snapshot, String.valueOf(e.getMessage()), e);
      }
      if (in.unread() > 0) {
        throw unreadable(snapshot, in.unread() + " bytes are left behind the state", null);
      }
      return state;
    } catch (IOException e) {
      throw unclosed(snapshot, e);
    }
  }

  /** See {@link SnapshotStore#verify}. */
  void verify(SnapshotInfo snapshot) {
    read(snapshot, new SnapshotCodec<Long>() {
      @Override
      public void write(Long state, OutputStream out) {
        throw new UnsupportedOperationException("only read");
      }

      @Override
      public Long read(InputStream in) throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
      }
    });
  }

  /** Returns whether a snapshot may be of the history that the log has: whose last record there is {@code last}. */
  boolean agrees(SnapshotInfo snapshot, LastRecord last) {
    var frame = SnapshotName.frameOf(snapshot.file());
    if (last.isThere() && frame.isPresent() && frame.getAsInt() != last.frame()) {
      return false;
    }
    var opened = open(snapshot);
    try (var _ = opened.file) {
      return !last.isThere() || !opened.header.hasRecord() || opened.header.recordChecksum() == last.payload();
    } catch (IOException e) {
      throw unclosed(snapshot, e);
    }
  }

  /** A file that is open, and what it begins with. */
  private record Opened(LogFile file, SnapshotHeader header) {}

  private Opened open(SnapshotInfo snapshot) {
    LogFile file;
    try {
      file = LogParts.snapshotsOf(wal, stream).orElseThrow(() -> new NoSuchFileException(snapshot.file()))
          .open(snapshot.file(), Access.READ);
    } catch (IOException e) {
      throw unreadable(snapshot, "it cannot be opened: " + e.getMessage(), e);
    }
    try {
      return new Opened(file, check(file, snapshot));
    } catch (IOException e) {
      close(file, e);
      throw unreadable(snapshot, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      close(file, e);
      throw e;
    }
  }

  private SnapshotHeader check(LogFile file, SnapshotInfo snapshot) throws IOException {
    var bytes = ByteBuffer.allocate(SnapshotHeader.SIZE);
    file.read(bytes, 0);
    bytes.flip();
    if (!SnapshotHeader.hasMagic(bytes)) {
      throw new DamagedSnapshotException("it does not begin with HOLDSNAP, so it is no snapshot");
    }
    var header = SnapshotHeader.decode(bytes, snapshot.file());
    if (header == null) {
      throw new DamagedSnapshotException("its header does not agree with its checksum");
    }
    if (header.nameHash() != Names.hash(stream) || header.end() != snapshot.end()) {
      throw new DamagedSnapshotException("it belongs to another stream or id: its header says end " + header.end());
    }
    if (header.length() < 0 || header.length() > maxSize) {
      throw new DamagedSnapshotException("its state has " + header.length() + " bytes, over the limit of " + maxSize);
    }
    if (file.size() != SnapshotHeader.fileSize(header.length())) {
      throw new DamagedSnapshotException("it has " + file.size() + " bytes, but with a state of " + header.length()
          + " bytes it must have " + SnapshotHeader.fileSize(header.length()));
    }
    return header;
  }

  private static void close(LogFile file, Exception cause) {
    try {
      file.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private SnapshotException unreadable(SnapshotInfo snapshot, String problem, @Nullable Throwable cause) {
    var message = "snapshots/" + Names.encode(stream) + "/" + snapshot.file() + ": " + problem;
    return cause == null ? new SnapshotException(message) : new SnapshotException(message, cause);
  }

  private RuntimeException unclosed(SnapshotInfo snapshot, IOException e) {
    return new WalIOException("stream '" + stream + "': cannot close " + snapshot.file() + ": " + e.getMessage(), e);
  }
}
