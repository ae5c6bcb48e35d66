package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A temporary directory that goes away in the end, also when the program is interrupted, unless it is to be kept. */
final class DemoScratch implements AutoCloseable {
  private final Path directory;
  private final Thread hook;
  private volatile boolean keep;

  private DemoScratch(Path directory) {
    this.directory = directory;
    hook = Thread.ofPlatform().name("demo-cleanup").unstarted(this::deleteUnlessKept);
  }

  static DemoScratch create() throws IOException {
    var scratch = new DemoScratch(Files.createTempDirectory("holdfast-demo-"));
    Runtime.getRuntime().addShutdownHook(scratch.hook);
    return scratch;
  }

  Path directory() {
    return directory;
  }

  /** Leaves the directory where it is. */
  void keep() {
    keep = true;
  }

  /** Copies an input into the directory. */
  Path copy(String name, InputStream input) throws IOException {
    var copy = directory.resolve(name);
    Files.copy(input, copy);
    return copy;
  }

  @Override
  public void close() {
    deleteUnlessKept();
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private void deleteUnlessKept() {
    if (keep) {
      return;
    }
    try {
      Files.walkFileTree(directory, new Deletion());
    } catch (IOException _) {
      // A temporary directory that cannot be deleted is no reason for a demonstration to fail.
    }
  }

  /** Deletes everything it comes by. */
  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
      Files.deleteIfExists(visited);
      return FileVisitResult.CONTINUE;
    }
  }
}
