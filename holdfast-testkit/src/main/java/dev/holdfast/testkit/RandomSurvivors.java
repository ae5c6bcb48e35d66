package dev.holdfast.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Keeps what a random number generator says, within what a disk may do. */
final class RandomSurvivors implements Crash.Survivors {

  /** How changes of names are lost. */
  private enum NameLoss {
    ANY, LAST_OF_EACH_DIRECTORY, LAST_OF_ALL
  }

  /** Which states are likely: extremes find more than an even mixture does. */
  private enum Taste {
    OLDEST, MOSTLY_OLDEST, ANY, MOSTLY_LATEST, LATEST
  }

  private final SplittableRandom random;
  private final int sector;
  private final NameLoss nameLoss;
  private final double keepChance;
  private final long lastKept;

  RandomSurvivors(long seed, List<Operation> pending) {
    random = new SplittableRandom(seed);
    sector = random.nextBoolean() ? 512 : Pages.PAGE;
    nameLoss = pick(NameLoss.values());
    keepChance = pick(new Double[]{0.1, 0.5, 0.9});
    int cut = random.nextInt(pending.size() + 1);
    lastKept = cut == 0 ? 0 : pending.get(cut - 1).number();
  }

  private <T> T pick(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  @Override
  public boolean[] names(List<DirectoryNode.Change> changes) {
    boolean[] kept = new boolean[changes.size()];
    int first = random.nextInt(kept.length + 1);
    for (int i = 0; i < kept.length; i++) {
      kept[i] = switch (nameLoss) {
        case ANY -> random.nextDouble() < keepChance;
        case LAST_OF_EACH_DIRECTORY -> i < first;
        case LAST_OF_ALL -> changes.get(i).operation().number() <= lastKept;
      };
    }
    return kept;
  }

  @Override
  public Pages content(FileNode file) {
    Pages content = file.durableContent().copy();
    List<FileNode.Change> changes = file.pending();
    if (changes.isEmpty()) {
      return content;
    }
    int sizeState = state(0, changes.size(), pick(Taste.values()));
    long size = size(file, sizeState);
    long largest = content.size();
    TreeSet<Long> touched = new TreeSet<>();
    for (FileNode.Change change : changes) {
      largest = Math.max(largest, change.size());
      touched.addAll(change.pages().keySet());
    }
    content.resize(largest);
    Taste taste = pick(Taste.values());
    for (long page : touched) {
      content.replace(page, page(file, page, sizeState, taste));
    }
    content.resize(size);
    return content;
  }

  /** Returns one of the sizes the file has had, or one on the way from one to the next. */
  private long size(FileNode file, int state) {
    if (state == 0) {
      return file.durableContent().size();
    }
    long size = file.pending().get(state - 1).size();
    long before = state == 1 ? file.durableContent().size() : file.pending().get(state - 2).size();
    if (size > before && random.nextInt(4) == 0) {
      return Math.max(before, random.nextLong(before, size) / sector * sector);
    }
    return size;
  }

  private byte[] page(FileNode file, long page, int sizeState, Taste taste) {
    List<byte[]> states = new ArrayList<>(List.of(file.durableContent().page(page)));
    int oldest = 0;
    List<FileNode.Change> changes = file.pending();
    for (int i = 0; i < changes.size(); i++) {
      byte[] state = changes.get(i).pages().get(page);
      if (state != null) {
        states.add(state);
        if (changes.get(i).operation().kind() == OperationKind.TRUNCATE && i < sizeState) {
          // Once a file has been cut, what was cut off does not come back, not even if it grows again.
          oldest = states.size() - 1;
        }
      }
    }
    byte[] result = new byte[Pages.PAGE];
    for (int offset = 0; offset < Pages.PAGE; offset += sector) {
      byte[] state = states.get(state(oldest, states.size() - 1, taste));
      System.arraycopy(state, offset, result, offset, sector);
    }
    return Arrays.equals(result, Pages.ZEROS) ? Pages.ZEROS : result;
  }

  private int state(int oldest, int latest, Taste taste) {
    boolean rarely = random.nextInt(8) == 0;
    return switch (taste) {
      case OLDEST -> oldest;
      case MOSTLY_OLDEST -> rarely ? random.nextInt(oldest, latest + 1) : oldest;
      case ANY -> random.nextInt(oldest, latest + 1);
      case MOSTLY_LATEST -> rarely ? random.nextInt(oldest, latest + 1) : latest;
      case LATEST -> latest;
    };
  }
}
