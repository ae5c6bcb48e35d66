package dev.holdfast.corruption;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The bytes of a log's directory, by path below it. Immutable as long as nobody writes into the arrays. */
public final class LogImage {
  private static final Set<String> OF_STREAMS = Set.of("streams", "system");
  private static final Set<String> DIRECTORIES = Set.of("streams", "system", "snapshots");

  private final SortedMap<String, byte[]> files;

  private LogImage(SortedMap<String, byte[]> files) {
    this.files = files;
  }

  /** Returns an image without files. */
  public static LogImage empty() {
    return new LogImage(new TreeMap<>());
  }

  /** Returns what is in a directory now. */
  public static LogImage of(Directory root) {
    try {
      var files = new TreeMap<String, byte[]>();
      for (var name : root.list()) {
        if (OF_STREAMS.contains(name)) {
          var streams = root.subdirectory(name);
          for (var stream : streams.list()) {
            addFiles(files, name + "/" + stream + "/", streams.subdirectory(stream));
          }
        } else if (!DIRECTORIES.contains(name)) {
          files.put(name, contentOf(root, name));
        }
      }
      return new LogImage(files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what is in a directory of the file system. */
  public static LogImage of(Path root) throws IOException {
    var files = new TreeMap<String, byte[]>();
    try (var paths = Files.walk(root)) {
      for (var path : paths.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(path).toString().replace('\\', '/'), Files.readAllBytes(path));
      }
    }
    return new LogImage(files);
  }

  private static void addFiles(Map<String, byte[]> files, String prefix, Directory directory) throws IOException {
    for (var name : directory.list()) {
      files.put(prefix + name, contentOf(directory, name));
    }
  }

  private static byte[] contentOf(Directory directory, String name) throws IOException {
    try (var file = directory.open(name, Access.READ)) {
      var bytes = new byte[(int) file.size()];
      file.read(ByteBuffer.wrap(bytes), 0);
      return bytes;
    }
  }

  /** Returns a new directory with these files, and the directories every log has. */
  public MemoryDirectory toDirectory() {
    try {
      var root = new MemoryDirectory();
      for (var name : DIRECTORIES) {
        root.createSubdirectory(name);
      }
      for (var entry : files.entrySet()) {
        write(root, entry.getKey(), entry.getValue());
      }
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Directory root, String path, byte[] content) throws IOException {
    var directory = root;
    var from = 0;
    for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
      var name = path.substring(from, slash);
      directory = directory.exists(name) ? directory.subdirectory(name) : directory.createSubdirectory(name);
      from = slash + 1;
    }
    try (var file = directory.create(path.substring(from), 0)) {
      file.write(ByteBuffer.wrap(content), 0);
    }
  }

  /** Returns the paths and contents, sorted by path. */
  public SortedMap<String, byte[]> files() {
    return files;
  }

  /** Returns the content of a file. */
  public byte[] get(String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  /** Returns this image with a file added or replaced. */
  public LogImage with(String path, byte[] content) {
    var changed = new TreeMap<>(files);
    changed.put(path, content);
    return new LogImage(changed);
  }

  /** Returns this image without a file. */
  public LogImage without(String path) {
    var changed = new TreeMap<>(files);
    changed.remove(path);
    return new LogImage(changed);
  }

  /** Returns the first path at which this image and another differ, {@code ignored} aside; or an empty text. */
  public String differenceTo(LogImage other, Set<String> ignored) {
    var paths = new TreeMap<>(files);
    paths.putAll(other.files);
    for (var path : paths.keySet()) {
      if (!ignored.contains(path) && !Arrays.equals(files.get(path), other.files.get(path))) {
        return path;
      }
    }
    return "";
  }
}
