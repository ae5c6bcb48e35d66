package dev.holdfast.testkit;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Keeps the first operations whole, and of the next one any of its sectors: a disk that writes in order. */
final class InOrderSurvivors implements Crash.Survivors {
  private static final int SECTOR = 512;

  private final long lastWhole;
  private final long torn;
  private final SplittableRandom random;

  InOrderSurvivors(List<Operation> pending, int whole, long seed) {
    lastWhole = whole == 0 ? 0 : pending.get(Math.min(whole, pending.size()) - 1).number();
    torn = whole < pending.size() ? pending.get(whole).number() : Long.MAX_VALUE;
    random = new SplittableRandom(seed);
  }

  @Override
  public boolean[] names(List<DirectoryNode.Change> changes) {
    boolean[] kept = new boolean[changes.size()];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = changes.get(i).operation().number() <= lastWhole;
    }
    return kept;
  }

  @Override
  public Pages content(FileNode file) {
    Pages content = file.durableContent().copy();
    for (FileNode.Change change : file.pending()) {
      long number = change.operation().number();
      if (number <= lastWhole) {
        change.pages().forEach(content::replace);
        content.resize(change.size());
      } else if (number == torn) {
        tear(content, change);
      }
    }
    return content;
  }

  private void tear(Pages content, FileNode.Change change) {
    if (change.size() < content.size()) {
      return; // a file is cut as a whole
    }
    content.resize(random.nextBoolean() ? change.size() : content.size());
    for (Map.Entry<Long, byte[]> page : change.pages().entrySet()) {
      byte[] torn = content.page(page.getKey()).clone();
      for (int offset = 0; offset < Pages.PAGE; offset += SECTOR) {
        if (random.nextBoolean()) {
          System.arraycopy(page.getValue(), offset, torn, offset, SECTOR);
        }
      }
      if (page.getKey() * Pages.PAGE < content.size()) {
        content.replace(page.getKey(), torn);
        content.zeroBeyondEnd(page.getKey());
      }
    }
  }
}
