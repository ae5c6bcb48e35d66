package dev.holdfast.codec.records;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The program as it is: components added, renamed, given up; a record and a constant renamed, others new. */
final class New {
  private New() {}

  enum Level {
    @EntryName(formerly = "LOW")
    SMALL, @EntryName("HIGH")
    LARGE, HUGE
  }

  sealed interface Event {}

  @Dropped("size")
  record Put(@EntryName(value = "name", formerly = "key") String id, Level level, Optional<String> owner,
      @Nullable Integer copies) implements Event {
    Put {
      copies = copies == null ? 1 : copies;
    }
  }

  @EntryName(formerly = "Remove")
  record Delete(String key) implements Event {}

  record Clear() implements Event {}
}
