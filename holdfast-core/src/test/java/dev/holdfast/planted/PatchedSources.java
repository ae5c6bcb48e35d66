package dev.holdfast.planted;

import com.github.difflib.patch.PatchFailedException;
import com.github.difflib.unifieddiff.UnifiedDiff;
import com.github.difflib.unifieddiff.UnifiedDiffFile;
import com.github.difflib.unifieddiff.UnifiedDiffReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** Copies of the sources that patches name, patched or as they are, and the classes compiled from them. */
final class PatchedSources {
  private final Path repository;
  private final Path copies;
  private final List<Path> files = new ArrayList<>();

  PatchedSources(Path repository, Path copies) {
    this.repository = repository;
    this.copies = copies;
  }

  /** Adds what a bug changes, changed. */
  void plant(PlantedBug bug) throws IOException {
    for (var change : changesOf(bug).getFiles()) {
      var name = nameOf(change);
      var source = Lines.of(repository.resolve(name));
      try {
        // No line of the context may differ; but a change may have moved since the patch was made.
        copy(name, change.getPatch().applyFuzzy(source, 0));
      } catch (PatchFailedException e) {
        throw new AssertionError(
            bug + " no longer applies to " + name + ": make the patch anew, it has to break the same",
            e);
      }
    }
  }

  /** Adds the same sources unchanged. */
  void leaveAsIs(PlantedBug bug) throws IOException {
    for (var change : changesOf(bug).getFiles()) {
      copy(nameOf(change), Lines.of(repository.resolve(nameOf(change))));
    }
  }

  private static UnifiedDiff changesOf(PlantedBug bug) throws IOException {
    // The reader takes the first lines for parts of a diff.
    var lines = Lines.of(bug.file());
    var diff = String.join("\n", lines.subList(lines.indexOf("") + 1, lines.size())) + "\n";
    var changes = UnifiedDiffReader.parseUnifiedDiff(new ByteArrayInputStream(diff.getBytes(StandardCharsets.UTF_8)));
    if (changes.getFiles().isEmpty()) {
      throw new AssertionError(bug + " changes nothing");
    }
    return changes;
  }

  private static String nameOf(UnifiedDiffFile change) {
    var name = change.getFromFile();
    return name.startsWith("a/") ? name.substring(2) : name;
  }

  private void copy(String name, List<String> lines) throws IOException {
    var file = copies.resolve("src").resolve(name);
    if (!files.contains(file)) {
      files.add(file);
    }
    Files.createDirectories(file.getParent());
    Files.write(file, lines);
  }

  /** Compiles the copies against the classes on {@code classPath}; returns the directory of the new classes. */
  Path compile(String classPath) throws IOException {
    var classes = Files.createDirectories(copies.resolve("classes"));
    var command = new ArrayList<>(List.of("-nowarn", "-proc:none", "-implicit:none", "-d", classes.toString(), "-cp",
        classPath));
    files.forEach(file -> command.add(file.toString()));
    var compiler = ToolProvider.findFirst("javac").orElseThrow();
    var said = new StringWriter();
    try (var out = new PrintWriter(said)) {
      if (compiler.run(out, out, command.toArray(String[]::new)) != 0) {
        throw new AssertionError("the patched sources do not compile: " + said);
      }
    }
    return classes;
  }
}
