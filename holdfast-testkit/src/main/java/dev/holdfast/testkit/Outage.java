package dev.holdfast.testkit;

/** What has happened to a program. */
public enum Outage {
  /** The power went: what was durable is there, and of the rest anything. */
  POWER_LOSS,
  /** The process was killed: everything that was written is there, durable or not. */
  PROCESS_KILLED
}
