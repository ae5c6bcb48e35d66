package dev.holdfast.api;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** A directory that tells a {@link Watch} what is done to it, before it is done. */
final class WatchedDirectory implements Directory {
  private final Directory inner;
  private final Watch watch;
  private final String path;

  private WatchedDirectory(Directory inner, Watch watch, String path) {
    this.inner = inner;
    this.watch = watch;
    this.path = path;
  }

  static WatchedDirectory over(Directory inner, Watch watch) {
    return new WatchedDirectory(inner, watch, "");
  }

  private String at(String name) {
    return path + name;
  }

  @Override
  public List<String> list() throws IOException {
    watch.before(Watch.Op.LIST, path);
    return inner.list();
  }

  @Override
  public boolean exists(String name) throws IOException {
    return inner.exists(name);
  }

  @Override
  public Directory subdirectory(String name) throws IOException {
    return new WatchedDirectory(inner.subdirectory(name), watch, at(name) + "/");
  }

  @Override
  public Directory createSubdirectory(String name) throws IOException {
    watch.before(Watch.Op.CREATE, at(name));
    var created = watch.change(() -> inner.createSubdirectory(name));
    watch.nameChanged(path);
    return new WatchedDirectory(created, watch, at(name) + "/");
  }

  @Override
  public LogFile create(String name, long size) throws IOException {
    watch.before(Watch.Op.CREATE, at(name));
    var created = new File(watch.change(() -> inner.create(name, size)), watch.fileAt(at(name)));
    watch.nameChanged(path);
    return created;
  }

  @Override
  public LogFile open(String name, Access access) throws IOException {
    watch.before(Watch.Op.OPEN, at(name));
    return new File(inner.open(name, access), watch.fileAt(at(name)));
  }

  @Override
  public void delete(String name) throws IOException {
    watch.before(Watch.Op.DELETE, at(name));
    watch.change(() -> {
      inner.delete(name);
      watch.removed(at(name));
      return true;
    });
    watch.nameChanged(path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    watch.before(Watch.Op.RENAME, at(to));
    watch.change(() -> {
      inner.rename(from, to);
      watch.renamed(at(from), at(to));
      return true;
    });
    watch.nameChanged(path);
  }

  @Override
  public void sync() throws IOException {
    watch.before(Watch.Op.SYNC, path);
    inner.sync();
    watch.namesSynced(path);
  }

  @Override
  public Optional<DirectoryLock> tryLock(String name, LockMode mode) throws IOException {
    return inner.tryLock(name, mode);
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    return inner.isLocked(name);
  }

  @Override
  public boolean hasSingleName(String name) throws IOException {
    return inner.hasSingleName(name);
  }

  @Override
  public boolean overwritesInPlace() {
    return inner.overwritesInPlace();
  }

  @Override
  public boolean canMap() {
    return inner.canMap();
  }

  @Override
  public Optional<Path> path() {
    return inner.path();
  }

  /** One open file. */
  private final class File implements LogFile {
    private final LogFile file;
    private final Watch.FileState state;
    private final AtomicBoolean open = new AtomicBoolean(true);

    File(LogFile file, Watch.FileState state) {
      this.file = file;
      this.state = state;
      watch.opened();
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer dst, long position) throws IOException {
      watch.before(Watch.Op.READ, state.path());
      return file.read(dst, position);
    }

    @Override
    public void write(ByteBuffer src, long position) throws IOException {
      watch.before(Watch.Op.WRITE, state.path());
      state.written();
      watch.change(() -> {
        file.write(src, position);
        return true;
      });
    }

    @Override
    public MemorySegment map(Arena arena, long position, long length, Access access) throws IOException {
      return file.map(arena, position, length, access);
    }

    @Override
    public void force() throws IOException {
      var before = state.writes();
      watch.before(Watch.Op.FORCE, state.path());
      file.force();
      state.forced(before);
    }

    @Override
    public void truncate(long size) throws IOException {
      watch.before(Watch.Op.TRUNCATE, state.path());
      watch.change(() -> {
        file.truncate(size);
        return true;
      });
    }

    @Override
    public void close() throws IOException {
      if (open.compareAndSet(true, false)) {
        watch.closed(state);
      }
      file.close();
    }
  }
}
