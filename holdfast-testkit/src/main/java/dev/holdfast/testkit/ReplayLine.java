package dev.holdfast.testkit;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * All that it takes to see a failure again, on one line.
 *
 * @param program its name
 * @param seed of the run
 * @param commands which of the commands were left when it was made shorter, or null: all
 * @param crashes where the run was stopped and how, then where its recovery was, if it was; empty if the run itself
 *   failed
 */
record ReplayLine(String program, long seed, @Nullable List<Integer> commands, List<Step> crashes) {

  /** One crash. */
  record Step(CrashPoint point, CrashChoice choice) {}

  ReplayLine then(CrashPoint point, CrashChoice choice) {
    List<Step> all = new ArrayList<>(crashes);
    all.add(new Step(point, choice));
    return new ReplayLine(program, seed, commands, List.copyOf(all));
  }

  ReplayLine with(List<Integer> kept) {
    return new ReplayLine(program, seed, kept, crashes);
  }

  /** Returns the commands of all of them that this is about. */
  <C> List<C> of(List<C> all) {
    return commands == null ? all : commands.stream().<C>map(all::get).toList();
  }

  static ReplayLine parse(String text) {
    String program = "";
    long seed = 0;
    List<Integer> commands = null;
    List<Step> crashes = new ArrayList<>();
    CrashPoint at = CrashPoint.END;
    for (String part : text.strip().split(" +", -1)) {
      String[] pair = part.split("=", 2);
      String value = pair.length == 2 ? pair[1] : "";
      switch (pair[0]) {
        case "program" -> program = URLDecoder.decode(value, StandardCharsets.UTF_8);
        case "seed" -> seed = Long.parseLong(value);
        case "commands" -> commands = numbers(value);
        case "at" -> at = new CrashPoint(value);
        case "crash" -> crashes.add(new Step(at, new CrashChoice(value)));
        case "replay:" -> {
          /* what failures print before it */ }
        default -> throw new IllegalArgumentException("line: cannot make sense of '" + part + "'");
      }
    }
    return new ReplayLine(program, seed, commands, List.copyOf(crashes));
  }

  private static List<Integer> numbers(String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String number : text.split(",", -1)) {
      if (!number.isEmpty()) {
        numbers.add(Integer.parseInt(number));
      }
    }
    return numbers;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("program=").append(URLEncoder.encode(program, StandardCharsets.UTF_8))
        .append(" seed=").append(seed);
    if (commands != null) {
      StringJoiner kept = new StringJoiner(",");
      commands.forEach(command -> kept.add(command.toString()));
      text.append(" commands=").append(kept);
    }
    crashes.forEach(step -> text.append(" at=").append(step.point()).append(" crash=").append(step.choice()));
    return text.toString();
  }
}
