package dev.holdfast.examples.kv;

import java.util.SortedMap;
import java.util.SplittableRandom;

/** The changes that one thread of the example makes, to keys of its own: the same ones each time. For one thread. */
final class KeyValueWorkload {
  private static final int KEYS = 200;

  private final int thread;
  private final SplittableRandom random;
  private long number;

  KeyValueWorkload(int thread) {
    this.thread = thread;
    this.random = new SplittableRandom(thread);
  }

  /** Returns what all keys of a thread begin with. */
  static String prefix(int thread) {
    return "thread-" + thread + "/";
  }

  /** Returns the next change. */
  KeyValueStore.Change next() {
    var key = prefix(thread) + random.nextInt(KEYS);
    var value = "value " + number++;
    return random.nextInt(4) == 0 ? new KeyValueStore.Change.Delete(key) : new KeyValueStore.Change.Put(key, value);
  }

  /** Makes the next so many changes to a map. */
  void replay(long count, SortedMap<String, String> map) {
    for (var i = 0L; i < count; i++) {
      KeyValueStore.apply(map, next());
    }
  }
}
