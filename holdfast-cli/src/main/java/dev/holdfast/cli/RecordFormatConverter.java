package dev.holdfast.cli;

import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a {@link RecordFormat}. */
final class RecordFormatConverter implements ITypeConverter<RecordFormat> {

  @Override
  public RecordFormat convert(String text) {
    var name = text.toLowerCase(Locale.ROOT);
    return Arrays.stream(RecordFormat.values()).filter(format -> format.toString().equals(name)).findFirst()
        .orElseThrow(() -> new TypeConversionException(
            "'" + text + "' is none of text, hex, raw, length-prefix, length-prefix-be, json"));
  }
}
