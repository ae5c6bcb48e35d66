package dev.holdfast.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Asks before something is destroyed. */
final class Confirmation {

  private Confirmation() {}

  /**
   * Asks the person at the terminal; without one, only {@code --yes} will do.
   *
   * @param question what is about to be done, as a question
   * @param yes whether {@code --yes} was given
   * @return whether to go on
   */
  static boolean ask(Terminal terminal, String question, boolean yes) throws IOException {
    if (yes) {
      return true;
    }
    if (!terminal.inIsTerminal()) {
      throw new CommandException(ExitCode.USAGE,
          "this deletes records for good: add --yes to do it without being asked");
    }
    terminal.out().flush();
    terminal.err().print(question + " [y/N] ");
    terminal.err().flush();
    var answer = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8)).readLine();
    var word = answer == null ? "" : answer.strip().toLowerCase(Locale.ROOT);
    return word.equals("y") || word.equals("yes");
  }
}
