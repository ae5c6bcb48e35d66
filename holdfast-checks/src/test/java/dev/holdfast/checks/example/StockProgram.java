package dev.holdfast.checks.example;

import dev.holdfast.SyncPolicy;
import dev.holdfast.testkit.CrashProgram;
import dev.holdfast.testkit.Outage;
import dev.holdfast.testkit.Promises;
import dev.holdfast.testkit.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What the explorer is told of {@link Stock}: what it does, what it promises, and how to see whether that was kept.
 *
 * @param policy STRICT, or it is wrong
 */
record StockProgram(SyncPolicy policy) implements CrashProgram<String, StockProgram.Books> {
  private static final List<String> ARTICLES = List.of("nails", "screws");

  /**
   * What may be relied on.
   *
   * @param entries the changes, in order, with the one that is being made
   * @param acknowledged how many of them have been acknowledged
   */
  record Books(List<String> entries, int acknowledged) {}

  @Override
  public String name() {
    return "stock under " + policy;
  }

  @Override
  public List<String> commands(SplittableRandom random) {
    var commands = new ArrayList<String>();
    for (var i = 3 + random.nextInt(5); i > 0; i--) {
      commands.add(ARTICLES.get(random.nextInt(ARTICLES.size())) + " " + random.nextInt(1, 100));
    }
    return commands;
  }

  @Override
  public Books nothing() {
    return new Books(List.of(), 0);
  }

  @Override
  public void run(SimulatedDisk disk, List<String> commands, Promises<Books> promises) {
    try (var stock = Stock.open(disk.root(), policy)) {
      for (var i = 0; i < commands.size(); i++) {
        var entries = List.copyOf(commands.subList(0, i + 1));
        promises.are(new Books(entries, i)); // it may be found from here on
        stock.change(commands.get(i));
        promises.are(new Books(entries, i + 1)); // and must be from here on
      }
    }
  }

  @Override
  public void recover(SimulatedDisk disk, Promises<Books> promises, Outage outage, SplittableRandom random) {
    var books = promises.current();
    try (var stock = Stock.open(disk.root(), policy)) {
      var expected = new TreeMap<String, Integer>();
      for (var n = 0; n <= books.entries().size(); n++) {
        if (n >= books.acknowledged() && stock.counts().equals(expected)) {
          return;
        }
        if (n < books.entries().size()) {
          Stock.apply(books.entries().get(n), expected);
        }
      }
      throw new AssertionError("found " + stock.counts());
    }
  }
}
