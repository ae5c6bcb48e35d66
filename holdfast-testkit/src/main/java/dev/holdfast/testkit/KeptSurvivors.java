package dev.holdfast.testkit;

import java.util.List;
import java.util.function.Predicate;

/** Keeps whole operations. */
final class KeptSurvivors implements Crash.Survivors {
  private final Predicate<Operation> kept;

  KeptSurvivors(Predicate<Operation> kept) {
    this.kept = kept;
  }

  @Override
  public boolean[] names(List<DirectoryNode.Change> changes) {
    boolean[] result = new boolean[changes.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = kept.test(changes.get(i).operation());
    }
    return result;
  }

  @Override
  public Pages content(FileNode file) {
    Pages content = file.durableContent().copy();
    for (FileNode.Change change : file.pending()) {
      if (kept.test(change.operation())) {
        change.pages().forEach(content::replace);
        content.resize(change.size());
      }
    }
    return content;
  }
}
