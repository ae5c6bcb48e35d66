package dev.holdfast.power;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * What a program has been promised about each stream so far: usually one history, two while something that replaces a
 * history is under way. Safe for use by many threads; never calls anything while it is locked.
 */
final class Expectations {
  private final Map<String, List<History>> streams = new TreeMap<>(); // guarded by this
  private final Set<String> unclosed = new TreeSet<>(); // guarded by this: written to since they were opened

  synchronized Expectations copy() {
    var copy = new Expectations();
    copy.streams.putAll(streams);
    copy.unclosed.addAll(unclosed);
    return copy;
  }

  /** Notes whether a stream has been written to since it was opened, and is not being closed. */
  synchronized void unclosed(String name, boolean is) {
    if (is) {
      unclosed.add(name);
    } else {
      unclosed.remove(name);
    }
  }

  synchronized boolean isUnclosed(String name) {
    return unclosed.contains(name);
  }

  /** Notes that from now on every stream may have been closed in order. */
  synchronized void closing() {
    unclosed.clear();
  }

  synchronized List<String> names() {
    return List.copyOf(streams.keySet());
  }

  synchronized List<History> of(String name) {
    return streams.getOrDefault(name, List.of(History.ABSENT));
  }

  /** Returns the history of a stream to which nothing is being done. */
  synchronized History only(String name) {
    var histories = of(name);
    if (histories.size() != 1) {
      throw new IllegalStateException(name + " has " + histories);
    }
    return histories.getFirst();
  }

  synchronized void set(String name, History... histories) {
    streams.put(name, List.of(histories));
  }

  synchronized void update(String name, UnaryOperator<History> change) {
    set(name, change.apply(only(name)));
  }

  /** Everything acknowledged is durable: the log was closed, or the disk has taken all. */
  synchronized void allDurable() {
    streams.replaceAll((_, histories) -> histories.stream()
        .map(h -> h.mayExist() ? h.promised(h.acknowledged(), h.acknowledged()) : h).toList());
  }

  /** Returns the history that agrees with what was found. */
  History matching(String name, Found found, boolean powerLost) {
    var problems = new ArrayList<String>();
    for (var history : of(name)) {
      var problem = history.mismatch(found, powerLost);
      if (problem.isEmpty()) {
        return history;
      }
      problems.add(history + ": " + problem.get());
    }
    throw new AssertionError("stream '" + name + "': " + String.join("; or: ", problems));
  }

  @Override
  public synchronized boolean equals(Object other) {
    if (!(other instanceof Expectations that)) {
      return false;
    }
    var theirs = that.copy();
    return streams.equals(theirs.streams) && unclosed.equals(theirs.unclosed);
  }

  @Override
  public synchronized int hashCode() {
    return 31 * streams.hashCode() + unclosed.hashCode();
  }

  @Override
  public synchronized String toString() {
    return streams + ", not closed: " + unclosed;
  }
}
