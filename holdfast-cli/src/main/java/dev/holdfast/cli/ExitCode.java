package dev.holdfast.cli;

/** What the process ends with; listed by every command's help and in {@code docs/CLI.md}. */
final class ExitCode {
  static final int OK = 0;
  /** An error nobody foresaw. */
  static final int UNEXPECTED = 1;
  /** The command line makes no sense. */
  static final int USAGE = 2;
  /** Something that was promised durable is unreadable or missing. */
  static final int DAMAGE = 3;
  /** Somebody else has the log open for writing. */
  static final int LOCKED = 4;
  /** There is no such log, stream or file. */
  static final int NOT_FOUND = 5;
  /** Storage failed, or is full. */
  static final int STORAGE = 6;
  /** Written by a newer version of the format. */
  static final int NEWER_FORMAT = 7;
  /** What was given cannot be stored. */
  static final int INPUT = 8;

  private ExitCode() {}
}
