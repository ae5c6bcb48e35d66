package dev.holdfast.codec.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Types that would let bytes choose a class, or that would not come back as they were, are refused at once. */
class RefusedTypesTest {
  record Anything(Object value) {}

  record Open(List<Serializable> values) {}

  record Raw<T>(T value) {}

  record Many(Collection<String> values) {}

  record Key(String key) {}

  record Keys(Map<Key, String> map) {}

  record Elements(Set<Double> set) {}

  record Inner(List<Optional<String>> list) {}

  sealed interface WithClass {
    final class Impl implements WithClass {}
  }

  sealed interface WithOpen {
    non-sealed interface Impl extends WithOpen {}
  }

  sealed interface Twins {
    record A() implements Twins {}

    record B() implements Twins {}

    @EntryName(formerly = "B")
    record C() implements Twins {}
  }

  record SameName(String a, @EntryName("a") String b) {}

  @Dropped("a")
  record Undropped(String a) {}

  enum Constants {
    A, @EntryName(formerly = "A")
    B
  }

  record WithConstants(Constants constants) {}

  abstract static sealed class Base {
    static final class Leaf extends Base {}
  }

  @Test
  @DisplayName("the message says where the type is and why it is refused")
  void refused() {
    assertEquals("Anything.value cannot be of java.lang.Object: it must be a value, a list, set, map or array, an enum,"
        + " a record or a sealed interface", refusal(Anything.class));
    assertContains("Open.values cannot be of java.io.Serializable", Open.class);
    assertContains("Raw.value cannot be of java.lang.Object", Raw.class);
    assertContains("Many.values", Many.class);
    assertContains("Keys.map has a set or a map of", Keys.class);
    assertContains("Elements.set has a set", Elements.class);
    assertContains("only a component itself may be Optional", Inner.class);
    assertContains("type must be a record or a sealed interface", String.class);
    assertContains("type must be a record or a sealed interface", Base.class);
    assertContains("permits", WithClass.class);
    assertContains("permits", WithOpen.class);
  }

  @Test
  @DisplayName("no name may mean two things")
  void names() {
    assertContains("has the name 'B' twice", Twins.class);
    assertContains("SameName.b has the name 'a' twice", SameName.class);
    assertContains("Undropped has the name 'a' twice", Undropped.class);
    assertContains("has the name 'A' twice", WithConstants.class);
  }

  private static void assertContains(String expected, Class<?> type) {
    var message = refusal(type);
    assertTrue(message.contains(expected), message);
  }

  private static String refusal(Class<?> type) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, () -> RecordCodec.of(type)).getMessage());
  }
}
