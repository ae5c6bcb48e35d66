package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a simulated disk: the names as programs see them, the names that a power loss certainly leaves, and
 * the changes that lead from these to those. Guarded by the lock of the disk.
 */
final class DirectoryNode implements Node {

  /**
   * A change of names that is not durable yet.
   *
   * @param node what it is about
   * @param removed the name that it lost, if it lost one
   * @param added the name that it got, if it got one
   */
  record Change(Operation operation, Node node, @Nullable String removed, @Nullable String added) {

    /**
     * Makes the change, or what is left of it where changes before it were lost. A rename is atomic: afterwards the
     * node has its new name and no other.
     */
    void applyTo(Map<String, Node> names) {
      if (added != null) {
        names.values().removeIf(node::equals);
        names.put(added, node);
      } else if (removed != null) {
        names.remove(removed, node);
      }
    }
  }

  private final Map<String, Node> current = new TreeMap<>();
  private final Map<String, Node> durable = new TreeMap<>();
  private final List<Change> pending = new ArrayList<>();
  private boolean deleted;

  Map<String, Node> current() {
    return current;
  }

  Map<String, Node> durable() {
    return durable;
  }

  List<Change> pending() {
    return pending;
  }

  boolean isDeleted() {
    return deleted;
  }

  void deleted() {
    deleted = true;
  }

  /** Makes a change that programs see at once. */
  void change(Change change) {
    change.applyTo(current);
    pending.add(change);
  }

  void sync() {
    durable.clear();
    durable.putAll(current);
    pending.clear();
  }

  /**
   * Returns the names after a power loss that only the given changes survived.
   *
   * <p>
   * A name that a lost change had taken from a node may be needed by a change that was kept. Then the node would have
   * no name at all, though nobody deleted or replaced it; no file system does that to a rename, so the lost change is
   * kept as well.
   */
  Map<String, Node> afterLoss(boolean[] kept) {
    for (int i = pending.size() - 1; i > 0; i--) {
      String taken = pending.get(i).added();
      for (int j = 0; kept[i] && taken != null && j < i; j++) {
        Change earlier = pending.get(j);
        kept[j] |= earlier.added() != null && taken.equals(earlier.removed());
      }
    }
    Map<String, Node> names = new TreeMap<>(durable);
    for (int i = 0; i < pending.size(); i++) {
      if (kept[i]) {
        pending.get(i).applyTo(names);
      }
    }
    return names;
  }
}
