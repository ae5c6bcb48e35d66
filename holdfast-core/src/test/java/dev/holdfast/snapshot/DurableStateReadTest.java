package dev.holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.Codecs;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.MemoryDirectory;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DurableStateReadTest {

  /** It did not compile where nulls are checked: what a reader returned could not be null. */
  @Test
  void whatAMapHasNoValueForIsReadAsNull() {
    try (var wal = Wal.open(new MemoryDirectory(), WalOptions.defaults());
        var lengths = DurableState.<Map<String, Integer>, String>on(wal, wal.stream("words", Codecs.utf8()))
            .initial(HashMap::new).apply((map, word) -> {
              map.put(word.value(), word.value().length());
              return map;
            }).open()) {
      lengths.append("three");
      assertEquals(5, lengths.<@Nullable Integer>read(map -> map.get("three")));
      assertNull(lengths.<@Nullable Integer>read(map -> map.get("four")));
    }
  }
}
