package dev.holdfast.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command reads and writes, and whether a person is at the other end.
 *
 * @param in the standard input
 * @param out the standard output
 * @param err the standard error
 * @param inIsTerminal whether a person types the input
 * @param outIsTerminal whether a person reads the output
 * @param errIsTerminal whether a person reads the errors
 */
record Terminal(InputStream in, Output out, PrintStream err, boolean inIsTerminal, boolean outIsTerminal,
    boolean errIsTerminal) {
  private static final int OUTPUT_BUFFER = 64 * 1024;

  /** Returns that of this process. */
  static Terminal system() {
    var out = new Output(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER));
    return new Terminal(System.in, out, System.err, isTerminal(0), isTerminal(1), isTerminal(2));
  }

  /** Prints one line on the standard error, after everything printed before. */
  void error(String message) {
    note(ansi(errIsTerminal), "bold,red", "holdfast: ", message);
  }

  /** Prints a remark on the standard error. */
  void note(String message) {
    note(ansi(errIsTerminal), "faint", "holdfast: ", message);
  }

  private void note(Ansi ansi, String style, String prefix, String message) {
    try {
      out.flush();
    } catch (OutputException _) {
      // Nobody reads the output any more; the message is all that matters now.
    }
    err.println(ansi.string("@|" + style + " " + prefix + "|@") + message);
    err.flush();
  }

  /** Returns whether and how the output may be coloured. */
  Ansi ansi() {
    return ansi(outIsTerminal);
  }

  /**
   * Returns a word in a style ("green", "bold,red") if the output may be coloured. The word must not hold {@code |@}.
   */
  String style(String style, String word) {
    return ansi().string("@|" + style + " " + word + "|@");
  }

  private static Ansi ansi(boolean terminal) {
    var plain = !terminal || System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"));
    return plain ? Ansi.OFF : Ansi.ON;
  }

  /**
   * Java only tells whether input and output together are a terminal; where the system names them, each is judged
   * alone.
   */
  @SuppressWarnings("SystemConsoleNull") // since Java 25 it does return null again
  private static boolean isTerminal(int descriptor) {
    try {
      var target = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor))).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException _) {
      var console = System.console();
      return console != null && console.isTerminal();
    }
  }
}
