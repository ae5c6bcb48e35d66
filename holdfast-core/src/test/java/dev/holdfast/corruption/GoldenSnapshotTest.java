package dev.holdfast.corruption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Wal;
import dev.holdfast.snapshot.Captured;
import dev.holdfast.snapshot.SnapshotCodec;
import dev.holdfast.snapshot.SnapshotInfo;
import dev.holdfast.snapshot.SnapshotPublisher;
import dev.holdfast.snapshot.SnapshotRetention;
import dev.holdfast.snapshot.SnapshotStore;
import dev.holdfast.storage.Directory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Snapshots of the golden log, and the marker of one of them, in {@code src/test/resources/golden/v1/snapshots}: what
 * is written today is the same byte for byte, file names included. They are written with
 * {@code -Dholdfast.golden.write=true}, which nobody does for a released version.
 */
class GoldenSnapshotTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "v1");
  private static final Path SNAPSHOTS = GOLDEN.resolve("snapshots");
  private static final boolean WRITE = Boolean.getBoolean("holdfast.golden.write");
  private static final String MARKER = "marker";
  private static final int BLOCK = 65_536;

  /** The id each snapshot ends with: before the first record, in the middle, in a segment's middle, at the end. */
  private static final List<Long> ENDS = List.of(0L, 3L, 6L, 8L);

  private static final SnapshotCodec<byte[]> BYTES = new SnapshotCodec<>() {
    @Override
    public void write(byte[] state, OutputStream out) throws IOException {
      out.write(state);
    }

    @Override
    public byte[] read(InputStream in) throws IOException {
      return in.readAllBytes();
    }
  };

  @BeforeEach
  void quiet() {
    QuietLogs.please();
  }

  /** No block, a short one, exactly one, one and a short one. */
  private static byte[] state(long end) {
    var state = new byte[switch ((int) end) {
      case 0 -> 0;
      case 3 -> 5;
      case 6 -> BLOCK;
      default -> BLOCK + 1;
    }];
    for (var i = 0; i < state.length; i++) {
      state[i] = (byte) ((int) end + i * 31 + i / 251);
    }
    return state;
  }

  private static SortedMap<String, byte[]> written() throws IOException {
    var directory = LogImage.of(GOLDEN.resolve("closed")).toDirectory();
    var files = new TreeMap<String, byte[]>();
    try (var wal = Wal.open(directory, Opened.ERROR)) {
      var store = SnapshotStore.of(wal, wal.stream(LogBuilder.STREAM));
      for (var end : ENDS.subList(0, ENDS.size() - 1)) {
        store.write(state(end), end, BYTES);
      }
      var last = ENDS.getLast();
      SnapshotPublisher.of(store, SnapshotRetention.keep(ENDS.size())).publish(new Captured<>(state(last), last),
          BYTES);
      var snapshots = directory.subdirectory("snapshots").subdirectory(LogBuilder.STREAM);
      for (var snapshot : store.list()) {
        files.put(snapshot.file(), snapshots.read(snapshot.file(), 1 << 20));
      }
    }
    files.put(MARKER, firstRecord(directory.subdirectory("system").subdirectory("snapshots")));
    return files;
  }

  /** Returns the payload of the first record of a stream. */
  private static byte[] firstRecord(Directory stream) throws IOException {
    var segment = ByteBuffer.wrap(stream.read("00000000000000000000.seg", 1 << 20)).order(ByteOrder.LITTLE_ENDIAN);
    var payload = new byte[segment.getInt(192 + 4)];
    segment.get(192 + 32, payload);
    return payload;
  }

  private static SortedMap<String, byte[]> golden() throws IOException {
    if (WRITE) {
      Files.createDirectories(SNAPSHOTS);
      for (var file : written().entrySet()) {
        Files.write(SNAPSHOTS.resolve(file.getKey()), file.getValue());
      }
    }
    var files = new TreeMap<String, byte[]>();
    try (var paths = Files.newDirectoryStream(SNAPSHOTS)) {
      for (var path : paths) {
        files.put(String.valueOf(path.getFileName()), Files.readAllBytes(path));
      }
    }
    return files;
  }

  @Test
  @DisplayName("what is written today is byte for byte what was")
  void bytesHaveNotChanged() throws IOException {
    var golden = golden();
    var written = written();
    assertEquals(golden.keySet(), written.keySet());
    for (var file : golden.entrySet()) {
      assertArrayEquals(file.getValue(), written.get(file.getKey()), file.getKey());
    }
  }

  @Test
  @DisplayName("the golden snapshots are read")
  void areRead() throws IOException {
    var image = LogImage.of(GOLDEN.resolve("closed"));
    for (var file : golden().entrySet()) {
      if (!file.getKey().equals(MARKER)) {
        image = image.with("snapshots/" + LogBuilder.STREAM + "/" + file.getKey(), file.getValue());
      }
    }
    try (var wal = Wal.openReadOnly(image.toDirectory(), Opened.ERROR)) {
      var store = SnapshotStore.of(wal, wal.stream(LogBuilder.STREAM));
      assertEquals(ENDS, store.list().stream().map(SnapshotInfo::end).toList());
      for (var snapshot : store.list()) {
        assertArrayEquals(state(snapshot.end()), store.read(snapshot, BYTES));
      }
    }
  }

  @Test
  @DisplayName("they are what FORMAT.md says")
  void areWhatTheFormatSays() throws IOException {
    var nameHash = LogBuilder.header(1, 0).nameHash();
    for (var file : golden().entrySet()) {
      if (file.getKey().equals(MARKER)) {
        continue;
      }
      var bytes = ByteBuffer.wrap(file.getValue()).order(ByteOrder.LITTLE_ENDIAN);
      var end = Long.parseLong(file.getKey().substring(0, 20));
      assertEquals("HOLDSNAP", new String(file.getValue(), 0, 8, StandardCharsets.US_ASCII));
      assertEquals(crc(file.getValue(), 124), bytes.getInt(124));
      assertEquals(List.of(nameHash, end, (long) state(end).length),
          List.of(bytes.getLong(24), bytes.getLong(32), bytes.getLong(40)));
      assertEquals(end == 0 ? 0 : 1, bytes.getInt(52));
      assertArrayEquals(state(end), blocks(file.getValue(), end));
    }
  }

  private static byte[] blocks(byte[] file, long end) {
    var fields = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    var state = ByteBuffer.allocate(file.length);
    var at = 128;
    for (var number = 0; at < file.length; number++) {
      var length = fields.getInt(at + 4);
      assertTrue(length == BLOCK || at + 8 + length == file.length, "only the last one is shorter");
      var prefixed = new byte[24 + length];
      ByteBuffer.wrap(prefixed).order(ByteOrder.LITTLE_ENDIAN).putLong(end).putLong(number).putLong(length).put(file,
          at + 8, length);
      assertEquals(crc(prefixed, prefixed.length), fields.getInt(at));
      state.put(file, at + 8, length);
      at += 8 + length;
    }
    var found = new byte[state.position()];
    state.get(0, found);
    return found;
  }

  private static int crc(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  @Test
  @DisplayName("the marker is what FORMAT.md says")
  void marker() throws IOException {
    var golden = golden();
    var bytes = golden.getOrDefault(MARKER, new byte[0]);
    var marker = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(32 + LogBuilder.STREAM.length(), bytes.length);
    assertEquals(List.of(1, LogBuilder.STREAM.length(), 0),
        List.of((int) marker.getShort(0), (int) marker.getShort(2), marker.getInt(4)));
    assertEquals(ENDS.getLast(), marker.getLong(8));
    assertEquals(128 + 2 * 8 + BLOCK + 1, marker.getLong(16));
    assertEquals(LogBuilder.header(1, 0).streamId(), marker.getLong(24));
    assertEquals(LogBuilder.STREAM, new String(bytes, 32, 6, StandardCharsets.UTF_8));
  }
}
