package dev.holdfast.benchmarks.measure;

import java.util.concurrent.ThreadFactory;

/** What kind of threads do the work. */
public enum ThreadKind {
  /** Virtual threads. */
  VIRTUAL,
  /** Threads of the operating system. */
  PLATFORM;

  /** Returns a factory of such threads. */
  ThreadFactory factory() {
    return switch (this) {
      case VIRTUAL -> Thread.ofVirtual().name("load-", 0).factory();
      case PLATFORM -> Thread.ofPlatform().name("load-", 0).factory();
    };
  }
}
