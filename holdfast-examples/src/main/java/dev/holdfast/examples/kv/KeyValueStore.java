package dev.holdfast.examples.kv;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.DurableState;
import dev.holdfast.snapshot.PublishedSnapshot;
import dev.holdfast.snapshot.SnapshotCodec;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.snapshot.SnapshotRetention;
import dev.holdfast.snapshot.StateRecovery;
import dev.holdfast.storage.Directory;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A sorted map from texts to texts that survives crashes, in fewer than 200 lines. A change is durable, as the log's
 * sync policy promises, and visible when its method returns. Reads are from memory and never see what a crash could
 * take back. Safe for use by many threads; changes of several threads share their syncs.
 */
public final class KeyValueStore implements AutoCloseable {
  static final String STREAM = "changes";

  /** What can happen to the map. Each is a record. */
  sealed interface Change {
    /** A key has a value from now on. */
    record Put(String key, String value) implements Change {}

    /** A key has no value any more. */
    record Delete(String key) implements Change {}
  }

  private final Wal wal;
  private final DurableState<SortedMap<String, String>, Change> state;

  private KeyValueStore(Wal wal, SnapshotPolicy compaction) {
    this.wal = wal;
    this.state = DurableState.<SortedMap<String, String>, Change>on(wal, wal.stream(STREAM, new ChangeCodec()))
        .initial(TreeMap::new).apply((map, change) -> apply(map, change.value()))
        .snapshots(new MapCodec(), SnapshotRetention.keep(1), compaction).capture(TreeMap::new).open();
  }

  /**
   * Opens the store in a directory, creating it if need be.
   *
   * @param compaction when to {@link #compact()} in the background
   */
  public static KeyValueStore open(Directory directory, WalOptions options, SnapshotPolicy compaction) {
    var wal = Wal.open(directory, options);
    try {
      return new KeyValueStore(wal, compaction);
    } catch (RuntimeException e) {
      wal.close();
      throw e;
    }
  }

  static SortedMap<String, String> apply(SortedMap<String, String> map, Change change) {
    switch (change) {
      case Change.Put(var key, var value) -> map.put(key, value);
      case Change.Delete(var key) -> map.remove(key);
    }
    return map;
  }

  // ---- changing

  /** Gives a key a value, whether it had one or not. */
  public void put(String key, String value) {
    state.append(new Change.Put(key, value));
  }

  /** Gives several keys their values: all of them, or after a crash none. */
  public void putAll(Map<String, String> values) {
    var changes = values.entrySet().stream().map(each -> new Change.Put(each.getKey(), each.getValue())).toList();
    if (!changes.isEmpty()) {
      state.appendBatch(changes);
    }
  }

  /** Takes the value of a key away, if it has one. */
  public void delete(String key) {
    state.append(new Change.Delete(key));
  }

  // ---- looking

  /** Returns the value of a key. */
  public Optional<String> get(String key) {
    return state.read(map -> Optional.ofNullable(map.get(key)));
  }

  /** Returns the map as it is at one moment, for the caller to keep. */
  public SortedMap<String, String> snapshot() {
    return state.read(TreeMap::new);
  }

  /** Returns how many changes the map has gone through. */
  public long changes() {
    return state.end();
  }

  /** Returns what opening the store has found. */
  public StateRecovery recovery() {
    return state.recovery();
  }

  // ---- compaction

  /** Writes the map into a snapshot, and drops the segments of the log whose changes are all in it. */
  public PublishedSnapshot compact() {
    return state.snapshot();
  }

  @Override
  public void close() {
    try (wal) {
      state.close();
    }
  }

  // ---- bytes

  /** A change as a record: which one it is, the key, and the value if there is one. */
  private static final class ChangeCodec implements Codec<Change> {
    private static final int PUT = 1;
    private static final int DELETE = 2;

    @Override
    public void encode(Change change, PayloadWriter out) throws CodecException {
      switch (change) {
        case Change.Put(var key, var value) -> out.putByte(PUT).putUtf8(key).putUtf8(value);
        case Change.Delete(var key) -> out.putByte(DELETE).putUtf8(key);
      }
    }

    @Override
    public Change decode(ByteBuffer in) throws CodecException {
      var kind = in.get();
      return switch (kind) {
        case PUT -> new Change.Put(Codecs.utf8(in), Codecs.utf8(in));
        case DELETE -> new Change.Delete(Codecs.utf8(in));
        default -> throw new CodecException("a change of kind " + kind + ", known are 1 and 2");
      };
    }
  }

  /** The map as a snapshot: the number of keys, then each with its value, sorted: equal maps have equal bytes. */
  private static final class MapCodec implements SnapshotCodec<SortedMap<String, String>> {

    @Override
    public void write(SortedMap<String, String> map, OutputStream out) throws IOException {
      var data = new DataOutputStream(out);
      data.writeInt(map.size());
      for (var each : map.entrySet()) {
        for (var text : List.of(each.getKey(), each.getValue())) {
          var bytes = text.getBytes(StandardCharsets.UTF_8);
          data.writeInt(bytes.length);
          data.write(bytes);
        }
      }
    }

    @Override
    public SortedMap<String, String> read(InputStream in) throws IOException {
      var data = new DataInputStream(in);
      var map = new TreeMap<String, String>();
      for (var left = data.readInt(); left > 0; left--) {
        map.put(text(data), text(data));
      }
      return map;
    }

    private static String text(DataInputStream data) throws IOException {
      var length = data.readInt();
      var bytes = data.readNBytes(length); // allocates no more than there is
      if (bytes.length < length) {
        throw new IOException("the snapshot ends within a text of " + length + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
