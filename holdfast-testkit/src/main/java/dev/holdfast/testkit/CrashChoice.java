package dev.holdfast.testkit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One crash of a disk, as text: {@code kill}; {@code none} or {@code all} of what was pending; {@code keep:0110}, some
 * of it; {@code order:3:17}, the first three and a part of the fourth; {@code any:17}, any part of it, by seed.
 */
record CrashChoice(String text) {
  static final CrashChoice KILL = new CrashChoice("kill");
  static final CrashChoice NONE = new CrashChoice("none");
  static final CrashChoice ALL = new CrashChoice("all");

  static CrashChoice keep(int subset, int count) {
    StringBuilder bits = new StringBuilder("keep:");
    for (int i = 0; i < count; i++) {
      bits.append((subset >> i & 1) == 1 ? '1' : '0');
    }
    return new CrashChoice(bits.toString());
  }

  static CrashChoice inOrder(int whole, int seed) {
    return new CrashChoice("order:" + whole + ":" + seed);
  }

  static CrashChoice any(int seed) {
    return new CrashChoice("any:" + seed);
  }

  Outage outage() {
    return equals(KILL) ? Outage.PROCESS_KILLED : Outage.POWER_LOSS;
  }

  /** Returns the disk that is found; the given one stays as it is. */
  SimulatedDisk imageOf(SimulatedDisk disk) {
    if (equals(KILL)) {
      return disk.imageAfterKill();
    }
    String[] parts = text.split(":", -1);
    return disk.imageAfter(switch (parts[0]) {
      case "none" -> Crash.DROP_ALL_UNSYNCED;
      case "all" -> Crash.KEEP_ALL;
      case "keep" -> keeping(parts[1], disk.pending());
      case "order" -> Crash.inOrder(Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
      case "any" -> Crash.random(Long.parseLong(parts[1]));
      default -> throw new IllegalArgumentException("crash: there is no '" + text + "'");
    });
  }

  private Crash keeping(String bits, List<Operation> pending) {
    Set<Long> kept = new HashSet<>();
    for (int i = 0; i < Math.min(bits.length(), pending.size()); i++) {
      if (bits.charAt(i) == '1') {
        kept.add(pending.get(i).number());
      }
    }
    return Crash.keeping(text, operation -> kept.contains(operation.number()));
  }

  @Override
  public String toString() {
    return text;
  }
}
