package dev.holdfast.power;

import dev.holdfast.Wal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a stream holds.
 *
 * @param exists whether there is one
 * @param first the id of the first record
 * @param records the records from there on
 */
record Found(boolean exists, int first, List<byte[]> records) {

  /** Reads a stream through, and some of its records by id too. */
  static Found in(Wal wal, String name) {
    if (!wal.hasStream(name)) {
      return new Found(false, 0, List.of());
    }
    var stream = wal.stream(name);
    var first = (int) stream.firstId();
    var records = new ArrayList<byte[]>();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        if (cursor.id() != first + records.size()) {
          throw new AssertionError(name + ": record " + cursor.id() + " comes after " + (first + records.size() - 1));
        }
        records.add(cursor.copyPayload());
      }
    }
    if (stream.nextId() != first + records.size()) {
      throw new AssertionError(name + ": next id " + stream.nextId() + ", but records end at "
          + (first + records.size()));
    }
    for (var i = 0; i < records.size(); i += 7) {
      if (!stream.get(first + i).map(Arrays::hashCode).equals(
          Optional.of(Arrays.hashCode(records.get(i))))) {
        throw new AssertionError(name + ": get and read differ at " + (first + i));
      }
    }
    return new Found(true, first, records);
  }

  int end() {
    return first + records.size();
  }

  byte[] record(int id) {
    return records.get(id - first);
  }
}
