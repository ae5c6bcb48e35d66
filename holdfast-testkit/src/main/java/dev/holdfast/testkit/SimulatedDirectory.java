package dev.holdfast.testkit;

import dev.holdfast.storage.Access;
import dev.holdfast.storage.Directory;
import dev.holdfast.storage.DirectoryLock;
import dev.holdfast.storage.LockMode;
import dev.holdfast.storage.LogFile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A directory of a {@link SimulatedDisk}. */
final class SimulatedDirectory implements Directory {
  private final SimulatedDisk disk;
  private final DirectoryNode node;
  private final String path;

  SimulatedDirectory(SimulatedDisk disk, DirectoryNode node, String path) {
    this.disk = disk;
    this.node = node;
    this.path = path;
  }

  @Override
  public List<String> list() throws IOException {
    synchronized (disk.lock) {
      requireExists();
      return List.copyOf(node.current().keySet());
    }
  }

  @Override
  public boolean exists(String name) throws IOException {
    Directory.requireName(name);
    synchronized (disk.lock) {
      disk.requirePower(child(name));
      return node.current().containsKey(name);
    }
  }

  @Override
  public Directory subdirectory(String name) throws IOException {
    synchronized (disk.lock) {
      if (find(name) instanceof DirectoryNode directory) {
        return new SimulatedDirectory(disk, directory, child(name));
      }
      throw new NotDirectoryException(child(name));
    }
  }

  @Override
  public Directory createSubdirectory(String name) throws IOException {
    disk.pauseBefore(OperationKind.CREATE_DIRECTORY, child(name), 0, 0);
    synchronized (disk.lock) {
      requireFree(name);
      Operation operation = disk.perform(OperationKind.CREATE_DIRECTORY, child(name), null, 0, 0);
      DirectoryNode created = new DirectoryNode();
      node.change(new DirectoryNode.Change(operation, created, null, name));
      return new SimulatedDirectory(disk, created, child(name));
    }
  }

  @Override
  public LogFile create(String name, long size) throws IOException {
    if (size < 0) {
      throw new IllegalArgumentException("size must not be negative: " + size);
    }
    disk.pauseBefore(OperationKind.CREATE, child(name), 0, size);
    synchronized (disk.lock) {
      requireFree(name);
      Operation operation = disk.perform(OperationKind.CREATE, child(name), null, 0, size);
      if (size > disk.freeSpace()) {
        throw disk.outOfSpace(child(name));
      }
      FileNode created = new FileNode();
      if (size > 0) {
        created.resize(operation, size);
      }
      disk.resized(size);
      node.change(new DirectoryNode.Change(operation, created, null, name));
      return new SimulatedFile(disk, node, name, child(name), Access.READ_WRITE, created);
    }
  }

  @Override
  public LogFile open(String name, Access access) throws IOException {
    synchronized (disk.lock) {
      return new SimulatedFile(disk, node, name, child(name), access, requireFile(name));
    }
  }

  @Override
  public void delete(String name) throws IOException {
    disk.pauseBefore(OperationKind.DELETE, child(name), 0, 0);
    synchronized (disk.lock) {
      Node victim = find(name);
      requireNoContent(victim, name);
      Operation operation = disk.perform(OperationKind.DELETE, child(name), null, 0, 0);
      unlink(victim);
      node.change(new DirectoryNode.Change(operation, victim, name, null));
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    disk.pauseBefore(OperationKind.RENAME, child(from), 0, 0);
    synchronized (disk.lock) {
      Directory.requireName(to);
      Node moved = find(from);
      if (from.equals(to)) {
        return;
      }
      Node replaced = node.current().get(to);
      if (replaced != null) {
        if (moved instanceof FileNode != replaced instanceof FileNode) {
          throw new FileSystemException(child(from), child(to), "One is a file, the other a directory");
        }
        requireNoContent(replaced, to);
      }
      Operation operation = disk.perform(OperationKind.RENAME, child(from), to, 0, 0);
      if (replaced != null) {
        unlink(replaced);
      }
      node.change(new DirectoryNode.Change(operation, moved, from, to));
    }
  }

  private void requireNoContent(Node victim, String name) throws IOException {
    if (victim instanceof DirectoryNode directory && !directory.current().isEmpty()) {
      throw new DirectoryNotEmptyException(child(name));
    }
  }

  private void unlink(Node victim) {
    switch (victim) {
      case DirectoryNode directory -> directory.deleted();
      case FileNode file -> {
        file.named(false);
        if (!file.isReachable()) {
          disk.resized(-file.size());
        }
      }
    }
  }

  @Override
  public void sync() throws IOException {
    disk.pauseBefore(OperationKind.SYNC_DIRECTORY, path, 0, 0);
    synchronized (disk.lock) {
      requireExists();
      disk.perform(OperationKind.SYNC_DIRECTORY, path, null, 0, 0);
      node.sync();
    }
  }

  @Override
  public Optional<DirectoryLock> tryLock(String name, LockMode mode) throws IOException {
    synchronized (disk.lock) {
      if (mode == LockMode.EXCLUSIVE && !exists(name)) {
        create(name, 0).close();
      }
      return SimulatedLock.tryLock(disk, requireFile(name), mode);
    }
  }

  @Override
  public boolean isLocked(String name) throws IOException {
    synchronized (disk.lock) {
      return exists(name) && SimulatedLock.isExclusive(requireFile(name));
    }
  }

  @Override
  public boolean hasSingleName(String name) throws IOException {
    return exists(name);
  }

  @Override
  public boolean overwritesInPlace() {
    return true;
  }

  @Override
  public boolean canMap() {
    synchronized (disk.lock) {
      return disk.isMappable();
    }
  }

  @Override
  public Optional<Path> path() {
    return Optional.empty();
  }

  private String child(String name) {
    return path + "/" + name;
  }

  private void requireExists() throws IOException {
    disk.requirePower(path);
    if (node.isDeleted()) {
      throw new NoSuchFileException(path);
    }
  }

  private void requireFree(String name) throws IOException {
    Directory.requireName(name);
    requireExists();
    if (node.current().containsKey(name)) {
      throw new FileAlreadyExistsException(child(name));
    }
  }

  private Node find(String name) throws IOException {
    Directory.requireName(name);
    disk.requirePower(child(name));
    Node found = node.current().get(name);
    if (found == null) {
      throw new NoSuchFileException(child(name));
    }
    return found;
  }

  private FileNode requireFile(String name) throws IOException {
    if (find(name) instanceof FileNode file) {
      return file;
    }
    throw new FileSystemException(child(name), null, "Not a regular file");
  }

  @Override
  public String toString() {
    return "SimulatedDirectory[" + path + "]";
  }
}
