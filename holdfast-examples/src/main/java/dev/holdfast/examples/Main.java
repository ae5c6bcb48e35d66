package dev.holdfast.examples;

import dev.holdfast.examples.index.IndexExample;
import dev.holdfast.examples.index.IndexWriter;
import dev.holdfast.examples.kv.KeyValueExample;
import dev.holdfast.examples.kv.KeyValueWriter;
import dev.holdfast.examples.ledger.LedgerExample;
import dev.holdfast.examples.ledger.LedgerWriter;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Runs an example by its name. */
public final class Main {
  private static final SortedMap<String, String> USAGES = new TreeMap<>();

  static {
    USAGES.put("index", IndexExample.USAGE);
    USAGES.put("kv", KeyValueExample.USAGE);
    USAGES.put("ledger", LedgerExample.USAGE);
  }

  private Main() {}

  /**
   * Runs it and ends with 0 if it kept what it promises, 1 if not, 2 if it was called in a wrong way.
   *
   * @param args the name of the example, and its arguments
   */
  public static void main(String[] args) throws Exception {
    var name = args.length == 0 ? "" : args[0];
    var rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    if (name.equals("--help") || rest.contains("--help")) {
      System.out.println(usage(name));
      System.exit(0);
    }
    switch (name) {
      case "index-writer" -> IndexWriter.run(rest, System.out);
      case "kv-writer" -> KeyValueWriter.run(rest, System.out);
      case "ledger-writer" -> LedgerWriter.run(rest, System.out);
      default -> System.exit(run(name, rest));
    }
  }

  private static int run(String name, List<String> args) throws Exception {
    try {
      var sound = switch (name) {
        case "index" -> IndexExample.run(args, System.out);
        case "kv" -> KeyValueExample.run(args, System.out);
        case "ledger" -> LedgerExample.run(args, System.out);
        default -> throw new IllegalArgumentException(name.isEmpty() ? "which one?" : "no such example: " + name);
      };
      return sound ? 0 : 1;
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + System.lineSeparator() + usage(name));
      return 2;
    }
  }

  /** Returns how an example is called, or all of them if there is none of that name. */
  static String usage(String name) {
    return USAGES.getOrDefault(name, String.join(System.lineSeparator(), USAGES.values()));
  }
}
