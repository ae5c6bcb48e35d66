package dev.holdfast.benchmarks.report;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** A report as JSON. */
final class ReportJson {
  private static final ObjectWriteContext INDENTED = new ObjectWriteContext.Base() {
    @Override
    public DefaultPrettyPrinter getPrettyPrinter() {
      return new DefaultPrettyPrinter();
    }

    @Override
    public boolean hasPrettyPrinter() {
      return true;
    }
  };

  private ReportJson() {}

  static String write(Machine machine, List<Row> rows, List<Bound> bounds) {
    var text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(INDENTED, text)) {
      json.writeStartObject();
      json.writeName("machine").writeStartObject();
      machine.facts().forEach(json::writeStringProperty);
      json.writeEndObject();
      json.writeName("rows").writeStartArray();
      rows.forEach(row -> write(json, row));
      json.writeEndArray();
      json.writeName("bounds").writeStartArray();
      bounds.forEach(bound -> write(json, bound));
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Row row) {
    json.writeStartObject();
    json.writeStringProperty("workload", row.workload());
    json.writeStringProperty("setting", row.setting());
    json.writeStringProperty("program", row.program());
    for (Figure figure : row.figures()) {
      if (Double.isNaN(figure.value())) {
        json.writeNullProperty(figure.jsonName());
      } else {
        json.writeNumberProperty(figure.jsonName(), figure.value());
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Bound bound) {
    json.writeStartObject();
    json.writeStringProperty("what", bound.what());
    json.writeNumberProperty("measured" + bound.unit().jsonSuffix(), bound.measured());
    json.writeStringProperty("sense", bound.sense().name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("limit" + bound.unit().jsonSuffix(), bound.limit());
    json.writeBooleanProperty("kept", bound.kept());
    json.writeEndObject();
  }
}
