package dev.holdfast.testkit;

import dev.holdfast.storage.Directory;
import dev.holdfast.storage.OutOfSpaceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that loses power. It keeps what programs see apart from what is durable: bytes and sizes become
 * durable by {@link dev.holdfast.storage.LogFile#force()}, names by {@link Directory#sync()}, and neither does the
 * other's job. {@link #crash} returns the disk as it is found after a power loss, {@link #killProcess} as after the
 * death of the process alone. Further, operations can be counted, watched, and made to fail. Everything is
 * deterministic.
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk();
 * LogFile file = disk.root().create("f", 0);
 * file.write(bytes, 0);
 * file.force();
 * SimulatedDisk after = disk.crash(Crash.DROP_ALL_UNSYNCED);
 * after.root().exists("f"); // false: nobody synced the directory
 * }</pre>
 *
 * <p>
 * Where the space ends within a write, the bytes that fit are written before the error. Mapped memory is imitated:
 * stores are noticed when the file is used in any other way and when the disk crashes, so they survive the death of the
 * process and, like any write, not a power loss. Memory is not taken away when its arena is closed; that misuse goes
 * unnoticed.
 *
 * <p>
 * Safe for use by many threads: one lock guards everything, hooks included.
 */
public final class SimulatedDisk {

  /** Guards this disk and all its files and directories. */
  final Object lock = new Object();

  private final DirectoryNode root;
  private final ActiveFaults faults = new ActiveFaults();
  private final Map<FileNode, String> mapped = new LinkedHashMap<>(); // with their paths
  private Consumer<Operation> hook = _ -> {};
  private boolean mappable = true;
  private long capacity = Long.MAX_VALUE;
  private long used;
  private long operations;
  private long powerOffAt = Long.MAX_VALUE;
  private boolean off;
  private boolean killed;

  /** Creates an empty disk without a limit on its size. */
  public SimulatedDisk() {
    this(new DirectoryNode());
  }

  private SimulatedDisk(DirectoryNode root) {
    this.root = root;
  }

  /** Returns the topmost directory. */
  public Directory root() {
    return new SimulatedDirectory(this, root, "disk:");
  }

  // --- losing power

  /**
   * Switches this disk off, as of now, and returns the disk that is found when power is back: what was durable, and
   * what {@code crash} leaves of the rest; all that is found is durable. Files, directories and locks of this disk are
   * of no use any more. May be called again, also with another crash: each starts from the state in which the power was
   * lost.
   */
  public SimulatedDisk crash(Crash crash) {
    synchronized (lock) {
      powerOff();
      return imageAfter(crash);
    }
  }

  /**
   * Returns the disk as {@link #crash} would, but this one goes on: it is only looked at. An {@linkplain #onOperation
   * observer} can so try out a power loss before each operation of one run.
   */
  public SimulatedDisk imageAfter(Crash crash) {
    synchronized (lock) {
      Crash.Survivors survivors = crash.survivors(pending());
      return successor(DiskImages.afterLoss(root, survivors));
    }
  }

  /**
   * Switches this disk off and returns the disk as the next process finds it when this one is killed: with everything
   * that was written, durable or not as before, so that a power loss can still take it; also with what was stored into
   * mapped memory after this disk was switched off, since that needs no disk. May be called again.
   */
  public SimulatedDisk killProcess() {
    synchronized (lock) {
      if (!killed) {
        absorbAllStores();
        killed = true;
      }
      powerOff();
      return imageAfterKill();
    }
  }

  /** Returns the disk as {@link #killProcess} would, but this one goes on: it is only looked at. */
  public SimulatedDisk imageAfterKill() {
    synchronized (lock) {
      absorbStores();
      return successor(DiskImages.copy(root));
    }
  }

  /**
   * Returns a hash of 64 bits of all that programs see: names, sizes and bytes. Disks that differ have, but for an
   * accident of one in 2⁶⁴, different ones.
   */
  public long contentHash() {
    synchronized (lock) {
      absorbStores();
      return DiskImages.contentHash(root);
    }
  }

  /** Switches this disk off: from now on every operation throws {@link PowerLostException}. */
  public void powerOff() {
    synchronized (lock) {
      if (!off) {
        absorbStores();
        off = true;
      }
    }
  }

  /**
   * Switches this disk off instead of executing the operation of this {@linkplain Operation#number() number}.
   *
   * @param operation at least 1
   */
  public void powerOffAt(long operation) {
    synchronized (lock) {
      powerOffAt = operation;
    }
  }

  /** Returns whether this disk has been switched off. */
  public boolean isOff() {
    synchronized (lock) {
      return off;
    }
  }

  private SimulatedDisk successor(DirectoryNode newRoot) {
    SimulatedDisk disk = new SimulatedDisk(newRoot);
    disk.mappable = mappable;
    disk.capacity = capacity;
    disk.used = DiskImages.sizeOf(newRoot);
    return disk;
  }

  // --- looking

  /** Returns how many operations have taken place, or tried to and failed, {@link OperationKind#READ} not counted. */
  public long operations() {
    synchronized (lock) {
      return operations;
    }
  }

  /**
   * Returns the operations whose effect a power loss could undo now, in the order in which they took place. A file
   * without a name now, before, or when it was last synced is not looked at.
   */
  public List<Operation> pending() {
    synchronized (lock) {
      absorbStores();
      List<Operation> pending = new ArrayList<>();
      collectPending(root, Collections.newSetFromMap(new IdentityHashMap<>()), pending);
      pending.sort(Comparator.comparingLong(Operation::number));
      return List.copyOf(pending.stream().distinct().toList());
    }
  }

  private static void collectPending(Node node, Set<Node> seen, List<Operation> pending) {
    if (!seen.add(node)) {
      return;
    }
    switch (node) {
      case FileNode file -> file.pending().forEach(change -> pending.add(change.operation()));
      case DirectoryNode directory -> {
        directory.durable().values().forEach(child -> collectPending(child, seen, pending));
        directory.current().values().forEach(child -> collectPending(child, seen, pending));
        for (DirectoryNode.Change change : directory.pending()) {
          pending.add(change.operation());
          collectPending(change.node(), seen, pending);
        }
      }
    }
  }

  /**
   * Has {@code observer} called right before every operation takes place, under the lock of the disk. What it throws
   * (it may throw anything unchecked) comes out of the operation, which then does not take place; it may switch the
   * disk off. Replaces the previous observer.
   */
  public void onOperation(Consumer<Operation> observer) {
    synchronized (lock) {
      hook = observer;
    }
  }

  // --- failing

  /** Makes an operation fail. Several faults may wait at a time; each counts for itself. */
  public void inject(Fault fault) {
    synchronized (lock) {
      faults.add(fault);
    }
  }

  /** Forgets the faults that have not struck yet, and those that strike forever. */
  public void clearFaults() {
    synchronized (lock) {
      faults.clear();
    }
  }

  /**
   * Turns one bit of a file over, in what is durable, in what is not yet, and in what programs see: the medium has
   * forgotten it. Writing there again puts it right.
   *
   * @param path from the root of the disk, such as {@code streams/orders/00000000.seg}
   * @param position of the byte, within the file
   * @param bit 0 to 7
   */
  public void flipBit(String path, long position, int bit) {
    synchronized (lock) {
      absorbStores();
      fileAt(path, position, 1).flipBit(position, Objects.checkIndex(bit, Byte.SIZE));
    }
  }

  /**
   * Makes a region of a file unreadable: a latent error of the medium. Reading any of its sectors of 512 bytes fails,
   * also after a crash, until the whole sector has been written again. Memory mapped from the file is not affected.
   *
   * @param path from the root of the disk, such as {@code streams/orders/00000000.seg}
   * @param position in bytes, within the file
   * @param length in bytes, at least 1
   */
  public void makeUnreadable(String path, long position, long length) {
    synchronized (lock) {
      fileAt(path, position, length).unreadable().add(position, length);
    }
  }

  private FileNode fileAt(String path, long position, long length) {
    Node node = root;
    for (String name : path.split("/", -1)) {
      node = node instanceof DirectoryNode directory ? directory.current().get(name) : null;
    }
    if (!(node instanceof FileNode file)) {
      throw new IllegalArgumentException("path: there is no file " + path);
    }
    if (position < 0 || length < 1 || position > file.size() - length) {
      throw new IllegalArgumentException(
          path + ": " + length + " bytes at " + position + " are not within its " + file.size() + " bytes");
    }
    return file;
  }

  /**
   * Limits the size of all files together. Below what is used, it only keeps files from growing.
   *
   * @param bytes at least 0
   */
  public void setCapacity(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("capacity must not be negative: " + bytes);
    }
    synchronized (lock) {
      capacity = bytes;
    }
  }

  /** Returns the size in bytes of all files that somebody can reach, by a name or because they have them open. */
  public long usedSpace() {
    synchronized (lock) {
      return used;
    }
  }

  /** Sets whether files can be mapped into memory; at first they can. */
  public void setMappable(boolean canMap) {
    synchronized (lock) {
      mappable = canMap;
    }
  }

  // --- for files and directories; all under the lock

  boolean isMappable() {
    return mappable;
  }

  void requirePower(String path) throws IOException {
    if (off) {
      throw new PowerLostException(path);
    }
  }

  /** Announces an operation, and lets it fail if a fault waits for it. */
  Operation perform(OperationKind kind, String path, @Nullable String newName, long position, long length)
      throws IOException {
    Operation operation = announce(kind, path, newName, position, length);
    Fault fault = faultFor(operation);
    if (fault != null && fault.effect() instanceof Effect.Failure failure) {
      throw Fault.exception(operation, failure);
    }
    return operation;
  }

  /** Announces an operation that asks for faults itself. */
  Operation announce(OperationKind kind, String path, @Nullable String newName, long position, long length)
      throws IOException {
    requirePower(path);
    long number = kind == OperationKind.READ ? operations : operations + 1;
    if (number >= powerOffAt && number > operations) {
      powerOff();
    }
    requirePower(path);
    Operation operation = new Operation(number, kind, path, newName, position, length);
    hook.accept(operation);
    requirePower(path);
    operations = number;
    return operation;
  }

  @Nullable
  Fault faultFor(Operation operation) {
    return faults.striking(operation);
  }

  /** Lets a slow operation take its time; called without the lock. */
  void pauseBefore(OperationKind kind, String path, long position, long length) {
    Runnable pause;
    synchronized (lock) {
      pause = off ? null : faults.pauseBefore(new Operation(operations, kind, path, null, position, length));
    }
    if (pause != null) {
      pause.run();
    }
  }

  long freeSpace() {
    return capacity - used;
  }

  OutOfSpaceException outOfSpace(String path) {
    return new OutOfSpaceException(path + ": No space left on device (simulated), " + used + " bytes of " + capacity);
  }

  /** Takes note that reachable files now take up so many bytes more, or less. */
  void resized(long difference) {
    used += difference;
  }

  /** Returns whether somebody may be storing into mapped memory right now. */
  boolean isStoredInto() {
    synchronized (lock) {
      return mapped.keySet().stream().anyMatch(FileNode::isStoredInto);
    }
  }

  void mapped(FileNode file, String path) {
    mapped.put(file, path);
  }

  private void absorbStores() {
    if (!off) {
      absorbAllStores();
    }
  }

  private void absorbAllStores() {
    mapped.forEach(this::takeStores);
    mapped.keySet().removeIf(file -> !file.isMapped());
  }

  void absorbStores(FileNode file, String path) {
    if (!off) {
      takeStores(file, path);
    }
  }

  private void takeStores(FileNode file, String path) {
    if (file.isMapped()) {
      file.absorbStores(new Operation(operations, OperationKind.STORE, path, null, 0, file.size()));
    }
  }

  @Override
  public String toString() {
    synchronized (lock) {
      return "SimulatedDisk[" + operations + " operations, " + used + " bytes" + (off ? ", off]" : "]");
    }
  }
}
