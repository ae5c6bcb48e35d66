package dev.holdfast.testkit;

import java.util.IdentityHashMap;
import java.util.Map;

/** Copies of the files and directories of a simulated disk. They share the pages, which never change. */
final class DiskImages {
  private DiskImages() {}

  /** Returns what a power loss leaves, all of it durable. */
  static DirectoryNode afterLoss(DirectoryNode directory, Crash.Survivors survivors) {
    DirectoryNode image = new DirectoryNode();
    directory.afterLoss(survivors.names(directory.pending())).forEach((name, node) -> {
      image.current().put(name, switch (node) {
        case FileNode file -> FileNode.durable(survivors.content(file), file.unreadable());
        case DirectoryNode child -> afterLoss(child, survivors);
      });
    });
    image.sync();
    return image;
  }

  /** Returns a copy of everything, durable or not as it is. */
  static DirectoryNode copy(DirectoryNode root) {
    return (DirectoryNode) copy(root, new IdentityHashMap<>());
  }

  private static Node copy(Node node, Map<Node, Node> copies) {
    Node known = copies.get(node);
    if (known != null) {
      return known;
    }
    switch (node) {
      case FileNode file -> {
        FileNode copy = file.copy();
        copies.put(node, copy);
        return copy;
      }
      case DirectoryNode directory -> {
        DirectoryNode copy = new DirectoryNode();
        copies.put(node, copy);
        directory.current().forEach((name, child) -> copy.current().put(name, copy(child, copies)));
        directory.durable().forEach((name, child) -> copy.durable().put(name, copy(child, copies)));
        for (DirectoryNode.Change change : directory.pending()) {
          copy.pending().add(new DirectoryNode.Change(change.operation(), copy(change.node(), copies), change.removed(),
              change.added()));
        }
        return copy;
      }
    }
  }

  static long sizeOf(DirectoryNode directory) {
    long size = 0;
    for (Node node : directory.current().values()) {
      size += switch (node) {
        case FileNode file -> file.size();
        case DirectoryNode child -> sizeOf(child);
      };
    }
    return size;
  }

  /** Returns a hash of 64 bits of all names, sizes and bytes that programs see. */
  static long contentHash(DirectoryNode directory) {
    long hash = 1;
    for (Map.Entry<String, Node> entry : directory.current().entrySet()) {
      long content = switch (entry.getValue()) {
        case FileNode file -> file.contentHash();
        case DirectoryNode child -> contentHash(child);
      };
      hash = Pages.mix(Pages.mix(hash, entry.getKey().hashCode()), content);
    }
    return hash;
  }
}
