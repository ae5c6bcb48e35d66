package dev.holdfast.codec.records;

/** The program as it was. */
final class Old {
  private Old() {}

  enum Level {
    LOW, HIGH
  }

  sealed interface Event {}

  record Put(String key, int size, Level level) implements Event {}

  record Remove(String key) implements Event {}
}
