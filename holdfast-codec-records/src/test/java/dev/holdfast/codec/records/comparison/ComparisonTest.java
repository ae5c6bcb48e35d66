package dev.holdfast.codec.records.comparison;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Runs the comparison on request: {@code -Dholdfast.codec.comparison=speed}, {@code evolution} or {@code safety}. */
@EnabledIfSystemProperty(named = "holdfast.codec.comparison", matches = ".+")
class ComparisonTest {
  @Test
  @DisplayName("the serializers are compared, and the figures printed")
  void compares() {
    assertDoesNotThrow(() -> Comparison.main(System.getProperty("holdfast.codec.comparison", "").split(" ", -1)));
  }
}
