package dev.holdfast.power;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One history that a stream may have after a crash: everything whose append was begun, and how much of it was promised.
 *
 * @param records by id, from 0, also those that have been truncated from the front
 * @param frameEnds for each record the id after the last one of its batch
 * @param firstMin the lowest first id that the stream may have
 * @param firstMax the highest
 * @param acknowledged everything below survives the death of the process
 * @param durable everything below survives a power loss
 * @param mayExist whether there may be a stream
 * @param mustExist whether there must be one
 */
record History(List<byte[]> records, List<Integer> frameEnds, int firstMin, int firstMax, int acknowledged, int durable,
    boolean mayExist, boolean mustExist) {

  static final History ABSENT = new History(List.of(), List.of(), 0, 0, 0, 0, false, false);

  History {
    records = List.copyOf(records);
    frameEnds = List.copyOf(frameEnds);
  }

  /** Returns the id that the next record gets. */
  int end() {
    return records.size();
  }

  /** An append was begun: the records may be there from now on. */
  History begun(List<byte[]> frame) {
    var all = new ArrayList<>(records);
    all.addAll(frame);
    var ends = new ArrayList<>(frameEnds);
    frame.forEach(_ -> ends.add(all.size()));
    return new History(all, ends, firstMin, firstMax, acknowledged, durable, true, mustExist);
  }

  /** Everything from {@code id} on has failed and must not come back. */
  History withdrawn(int id) {
    return new History(records.subList(0, id), frameEnds.subList(0, id), firstMin, firstMax, acknowledged, durable,
        mayExist, mustExist);
  }

  /** Everything below these ids is promised. */
  History promised(int toSurviveKill, int toSurvivePowerLoss) {
    return new History(records, frameEnds, firstMin, firstMax, Math.max(acknowledged, toSurviveKill),
        Math.max(durable, toSurvivePowerLoss), true, true);
  }

  /** The stream may or must begin between these ids. */
  History beginning(int min, int max) {
    return new History(records, frameEnds, min, max, acknowledged, durable, mayExist, mustExist);
  }

  /** The history after {@code truncateFrom(id)}. */
  History cutFrom(int id) {
    var ends = frameEnds.subList(0, id).stream().map(end -> Math.min(end, id)).toList();
    return new History(records.subList(0, id), ends, firstMin, firstMax, id, id, true, true);
  }

  /** Returns what is wrong with what was found, if this is the history. */
  Optional<String> mismatch(Found found, boolean powerLost) {
    if (!found.exists()) {
      return mustExist ? Optional.of("the stream is gone, " + durable + " records were durable") : Optional.empty();
    }
    if (!mayExist) {
      return Optional.of("the stream is there");
    }
    var required = powerLost ? durable : Math.max(durable, acknowledged);
    if (found.end() < required) {
      return Optional.of("it ends at " + found.end() + ", everything below " + required + " was promised");
    }
    if (found.end() > end()) {
      return Optional.of("it ends at " + found.end() + ", only " + end() + " records were appended");
    }
    if (found.first() < firstMin || found.first() > Math.min(firstMax, found.end())) {
      return Optional.of("it begins at " + found.first() + ", not at " + firstMin + " to " + firstMax);
    }
    if (found.end() > 0 && frameEnds.get(found.end() - 1) != found.end()) {
      return Optional
          .of("it ends at " + found.end() + ", within a batch that ends at " + frameEnds.get(found.end() - 1));
    }
    for (var id = found.first(); id < found.end(); id++) {
      if (!Arrays.equals(records.get(id), found.record(id))) {
        return Optional.of("record " + id + " is not what was appended");
      }
    }
    return Optional.empty();
  }

  /** Returns this history as it goes on from what was found: that is promised now. */
  History adopted(Found found, int durableNow) {
    if (!found.exists()) {
      return ABSENT;
    }
    var kept = withdrawn(found.end());
    return new History(kept.records, kept.frameEnds, found.first(), found.first(), found.end(), durableNow, true, true);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof History that && promises().equals(that.promises())
        && Arrays.deepEquals(records.toArray(), that.records.toArray());
  }

  @Override
  public int hashCode() {
    return 31 * promises().hashCode() + Arrays.deepHashCode(records.toArray());
  }

  private List<Object> promises() {
    return List.of(frameEnds, firstMin, firstMax, acknowledged, durable, mayExist, mustExist);
  }

  @Override
  public String toString() {
    return mayExist
        ? "[" + firstMin + (firstMin == firstMax ? "" : "-" + firstMax) + ", " + end() + "), acknowledged "
            + acknowledged + ", durable " + durable
        : "absent";
  }
}
