package dev.holdfast.testkit;

import java.util.List;

/** A program did not survive a crash as it had promised. The message begins with the line that replays it. */
public final class CrashFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient ReplayLine line;
  private final transient List<?> commands;
  private final transient Object promised;

  CrashFailure(ReplayLine line, List<?> commands, Object promised, Throwable cause) {
    super("replay: " + line + "\n  commands: " + commands + "\n  promised: " + promised + "\n  " + cause, cause);
    this.line = line;
    this.commands = List.copyOf(commands);
    this.promised = promised;
  }

  /** Returns the line that {@link CrashExplorer#replay} takes. */
  public String replayLine() {
    return line.toString();
  }

  /** Returns the commands that lead to the failure. */
  public List<?> commands() {
    return commands;
  }

  ReplayLine line() {
    return line;
  }

  /** Returns this failure with the commands that were kept of a longer list. */
  CrashFailure of(List<Integer> kept) {
    return new CrashFailure(line.with(kept), commands, promised, cause());
  }

  private Throwable cause() {
    Throwable cause = getCause();
    return cause == null ? this : cause;
  }
}
