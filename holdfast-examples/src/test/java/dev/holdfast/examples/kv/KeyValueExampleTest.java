package dev.holdfast.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.EntryCodecException;
import dev.holdfast.WalOptions;
import dev.holdfast.snapshot.SnapshotPolicy;
import dev.holdfast.storage.MemoryDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example keeps what it says, and the store does what it needs. */
@Timeout(120)
class KeyValueExampleTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private boolean run(Path directory, String... command) throws IOException {
    out.reset();
    var args = Stream.concat(Stream.of(directory.toString()), Stream.of(command)).toList();
    return KeyValueExample.run(args, new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aKilledStoreHasEveryChangeThatWasSaidToBeDone(@TempDir Path directory) throws IOException {
    assertTrue(run(directory), said());
    assertTrue(said().contains("opened again in ") && said().contains("ms: a snapshot of "), said());
    assertThrows(IllegalArgumentException.class, () -> run(directory), "it is not empty any more");
  }

  @Test
  void singleCommandsOutliveTheProcess(@TempDir Path directory) throws IOException {
    assertTrue(run(directory, "put", "a", "1"));
    assertTrue(run(directory, "put", "b", "2"));
    assertTrue(run(directory, "delete", "a"));
    assertTrue(run(directory, "compact"));
    assertFalse(run(directory, "get", "a"));
    assertTrue(run(directory, "get", "b"));
    assertEquals("2", said().strip());
    assertTrue(run(directory, "list"));
    assertEquals("b = 2", said().strip());
    assertThrows(IllegalArgumentException.class, () -> run(directory, "put", "a"));
  }

  @Test
  void aStoreIsWhatWasPutAndNotDeletedWhicheverWayItIsOpened() {
    var directory = new MemoryDirectory();
    try (var store = open(directory)) {
      store.putAll(Map.of("a", "1", "b", "2", "ü", ""));
      store.putAll(Map.of());
      store.delete("a");
      store.delete("never there");
      store.compact();
      store.put("b", "3");
      assertEquals(Map.of("b", "3", "ü", ""), store.snapshot());
    }
    try (var store = open(directory)) {
      assertEquals(Map.of("b", "3", "ü", ""), store.snapshot());
      assertEquals(Optional.empty(), store.get("a"));
      assertEquals(6, store.changes());
      assertEquals(1, store.recovery().replayed());
    }
  }

  @Test
  void whatCannotBeEncodedChangesNothing() {
    try (var store = open(new MemoryDirectory())) {
      assertThrows(EntryCodecException.class, () -> store.put("half a pair \uD800", "1"));
      store.put("a", "1");
      assertEquals(Map.of("a", "1"), store.snapshot());
      assertEquals(1, store.changes());
    }
  }

  private static KeyValueStore open(MemoryDirectory directory) {
    return KeyValueStore.open(directory, WalOptions.defaults(), SnapshotPolicy.onDemand());
  }

  @Test
  void theStoreHasFewerLinesThanItSays() throws IOException {
    var source = Path.of("src/main/java/dev/holdfast/examples/kv/KeyValueStore.java");
    var lines = Files.readAllLines(source).size();
    assertTrue(lines < 200, "it has " + lines);
  }
}
