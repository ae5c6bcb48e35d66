package dev.holdfast.testkit;

import dev.holdfast.storage.Access;
import dev.holdfast.testkit.Effect.CacheAfterFailure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A file of a simulated disk: the bytes as programs see them, the bytes that a power loss certainly leaves, and the
 * changes that lead from these to those. Guarded by the lock of the disk.
 */
final class FileNode implements Node {

  /**
   * A change that is not durable yet.
   *
   * @param pages the pages it touched, as they were right after it: what the cache would have written out then
   * @param size of the file right after it
   */
  record Change(Operation operation, Map<Long, byte[]> pages, long size) {}

  private final Pages written;
  private final Pages durable;
  private final List<Change> pending = new ArrayList<>();
  private final List<Mapping> mappings = new ArrayList<>();
  private final UnreadableSectors unreadable;
  private int handles;
  private int lockHolders; // -1: one, exclusively
  private boolean named = true;

  FileNode() {
    this(new Pages(), new Pages(), new UnreadableSectors());
  }

  private FileNode(Pages written, Pages durable, UnreadableSectors unreadable) {
    this.written = written;
    this.durable = durable;
    this.unreadable = unreadable;
  }

  /** Returns a file that holds {@code content}, all of it durable. */
  static FileNode durable(Pages content, UnreadableSectors unreadable) {
    return new FileNode(content, content.copy(), unreadable.copy());
  }

  /** Returns a copy that nobody has open, with the same bytes, durable and not. */
  FileNode copy() {
    FileNode copy = new FileNode(written.copy(), durable.copy(), unreadable.copy());
    copy.pending.addAll(pending);
    return copy;
  }

  Pages durableContent() {
    return durable;
  }

  UnreadableSectors unreadable() {
    return unreadable;
  }

  long contentHash() {
    return written.contentHash();
  }

  List<Change> pending() {
    return pending;
  }

  long size() {
    return written.size();
  }

  int read(ByteBuffer dst, long position) {
    return written.read(dst, position);
  }

  void write(Operation operation, ByteBuffer src, long position) {
    int length = src.remaining();
    unreadable.written(position, length);
    Map<Long, byte[]> replaced = written.write(src, position);
    pending.add(new Change(operation, replaced, written.size()));
    mappings.forEach(mapping -> mapping.refresh(written, position, length));
  }

  void resize(Operation operation, long size) {
    pending.add(new Change(operation, written.resize(size), size));
  }

  void force() {
    for (Change change : pending) {
      change.pages().keySet().forEach(page -> durable.replace(page, written.page(page)));
    }
    durable.resize(written.size());
    pending.clear();
  }

  /** What a force that fails does. */
  void failForce(Operation operation, CacheAfterFailure cache) {
    if (cache == CacheAfterFailure.DIRTY || pending.isEmpty()) {
      return;
    }
    if (cache == CacheAfterFailure.LOST) {
      for (Change change : pending) {
        change.pages().keySet().forEach(page -> written.replace(page, durable.page(page)));
      }
      refreshMappings();
    }
    pending.clear();
    if (durable.size() != written.size()) {
      // The size is not in the pages that could not be written: a later force stores it.
      pending.add(new Change(operation, Map.of(), written.size()));
    }
  }

  /** Turns a bit over wherever the byte is stored. */
  void flipBit(long position, int bit) {
    long page = position / Pages.PAGE;
    int offset = (int) (position % Pages.PAGE);
    written.replace(page, Pages.flipped(written.page(page), offset, bit));
    durable.replace(page, Pages.flipped(durable.page(page), offset, bit));
    pending.replaceAll(change -> {
      Map<Long, byte[]> pages = new TreeMap<>(change.pages());
      pages.computeIfPresent(page, (_, bytes) -> Pages.flipped(bytes, offset, bit));
      return new Change(change.operation(), pages, change.size());
    });
    refreshMappings();
  }

  MemorySegment map(Arena arena, long position, long length, Access access) {
    for (Mapping mapping : mappings) {
      if (mapping.covers(position + length)) {
        return mapping.map(arena, position, length, access);
      }
    }
    // The first one, or the file has grown since. Two see each other's stores only once the disk has looked.
    Mapping mapping = new Mapping(written);
    mappings.add(mapping);
    return mapping.map(arena, position, length, access);
  }

  /** Takes note of what was stored into mapped memory. */
  void absorbStores(Operation store) {
    for (Mapping mapping : mappings) {
      Map<Long, byte[]> changed = mapping.changedPages(written);
      if (!changed.isEmpty()) {
        changed.forEach(written::replace);
        pending.add(new Change(store, changed, written.size()));
        showElsewhere(mapping, changed.keySet());
      }
    }
    mappings.removeIf(mapping -> !mapping.isAlive());
  }

  /**
   * Shows the other mappings what was stored into one. Not that one: it has it, and copying it back would undo what is
   * stored meanwhile.
   */
  private void showElsewhere(Mapping changed, Set<Long> pages) {
    for (Mapping other : mappings) {
      if (other != changed) {
        pages.forEach(page -> other.refresh(written, page * Pages.PAGE, Pages.PAGE));
      }
    }
  }

  private void refreshMappings() {
    mappings.forEach(mapping -> mapping.refresh(written, 0, Long.MAX_VALUE));
  }

  boolean isMapped() {
    return !mappings.isEmpty();
  }

  /** Returns whether somebody may be storing into its memory. */
  boolean isStoredInto() {
    return mappings.stream().anyMatch(Mapping::isStoredInto);
  }

  void opened() {
    handles++;
  }

  void closed() {
    handles--;
  }

  int lockHolders() {
    return lockHolders;
  }

  void lockHolders(int holders) {
    lockHolders = holders;
  }

  void named(boolean hasName) {
    named = hasName;
  }

  /** Returns whether the file takes up space: somebody can reach it. */
  boolean isReachable() {
    return named || handles > 0;
  }
}
