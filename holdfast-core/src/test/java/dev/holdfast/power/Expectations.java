package dev.holdfast.power;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What a program has been promised about each stream so far: usually one history, two while something that replaces a
 * history is under way. Safe for use by many threads; never calls anything while it is locked.
 */
final class Expectations {
  private final Map<String, List<History>> streams = new TreeMap<>(); // guarded by this

  synchronized Expectations copy() {
    var copy = new Expectations();
    copy.streams.putAll(streams);
    return copy;
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
    return other instanceof Expectations that && streams.equals(that.copy().streams);
  }

  @Override
  public synchronized int hashCode() {
    return streams.hashCode();
  }

  @Override
  public synchronized String toString() {
    return streams.toString();
  }
}
