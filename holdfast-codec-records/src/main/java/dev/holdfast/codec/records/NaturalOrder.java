package dev.holdfast.codec.records;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/** Writes sorted maps, too, in the natural order of their keys, whatever their own: equal maps give equal bytes. */
final class NaturalOrder extends ValueSerializer<Object> {
  private final ValueSerializer<Object> maps;

  NaturalOrder(ValueSerializer<Object> maps) {
    this.maps = maps;
  }

  @Override
  public void resolve(SerializationContext context) {
    maps.resolve(context);
  }

  @Override
  @SuppressWarnings("unchecked") // of the same type as the one asked
  public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
    return new NaturalOrder((ValueSerializer<Object>) maps.createContextual(context, property));
  }

  @Override
  public void serialize(Object value, JsonGenerator out, SerializationContext context) {
    if (value instanceof SortedMap<?, ?> sorted && sorted.comparator() != null) {
      maps.serialize(new TreeMap<Object, Object>((Map<?, ?>) sorted), out, context);
    } else {
      maps.serialize(value, out, context);
    }
  }
}
