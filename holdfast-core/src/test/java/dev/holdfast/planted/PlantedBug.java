package dev.holdfast.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bug that is planted into a copy of the sources. It is kept as a patch file: what is broken and who must find it,
 * each on a line of its own, then a unified diff against the repository, so that {@code git apply} takes the file too.
 *
 * <pre>
 * Bug: what is broken
 * Promise: what is not kept because of that
 * Finder: package.Class#method
 * Shows: a part of what the finder says | or another one
 *
 * --- a/holdfast-core/src/main/java/…
 * </pre>
 *
 * @param file the patch file
 * @param finder the test that must find it
 * @param shows parts of what it may say, one of which it must
 */
record PlantedBug(Path file, String finder, List<String> shows) {
  private static final String DIFF = "--- a/";
  private static final List<String> WANTED = List.of("Bug", "Promise", "Finder", "Shows");

  /** Returns all the bugs in a directory, sorted by name. */
  static List<PlantedBug> in(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      var patches = files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
      return patches.stream().map(PlantedBug::read).toList();
    }
  }

  private static PlantedBug read(Path file) {
    var fields = new LinkedHashMap<String, String>();
    for (var line : Lines.of(file)) {
      if (line.startsWith(DIFF)) {
        break;
      }
      var colon = line.indexOf(": ");
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 2).strip());
      }
    }
    return new PlantedBug(file, wanted(file, fields, "Finder"),
        List.of(wanted(file, fields, "Shows").split(" \\| ", -1)));
  }

  private static String wanted(Path file, Map<String, String> fields, String name) {
    if (!List.copyOf(fields.keySet()).equals(WANTED)) {
      throw new AssertionError(file.getFileName() + " must begin with " + WANTED + ", but says " + fields.keySet());
    }
    return textOf(fields.get(name));
  }

  private static String textOf(@Nullable String value) {
    return value == null ? "" : value;
  }

  /** Returns whether a failure of the finder is about this bug. */
  boolean isShownBy(String text) {
    return shows.stream().anyMatch(text::contains);
  }

  @Override
  public String toString() {
    return String.valueOf(file.getFileName()).replace(".patch", "");
  }
}
