package dev.holdfast.cli;

import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A JSON object in the order its fields were put. */
final class JsonObject {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  /**
   * Sets a field.
   *
   * @param value a text, number, boolean, time, duration (which becomes seconds), object, list of such, or null
   */
  JsonObject put(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  /** Returns the object as JSON text in one line. */
  @Override
  public String toString() {
    var text = new StringWriter();
    try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(generator, this);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case JsonObject object -> {
        generator.writeStartObject();
        object.fields.forEach((name, field) -> {
          generator.writeName(name);
          write(generator, field);
        });
        generator.writeEndObject();
      }
      case List<?> list -> {
        generator.writeStartArray();
        list.forEach(element -> write(generator, element));
        generator.writeEndArray();
      }
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case Double number -> generator.writeNumber(number);
      case Duration duration -> generator.writeNumber(duration.toNanos() / 1e9);
      case Instant time -> generator.writeString(time.toString());
      case Enum<?> constant -> generator.writeString(constant.name());
      case String text -> generator.writeString(text);
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }
}
