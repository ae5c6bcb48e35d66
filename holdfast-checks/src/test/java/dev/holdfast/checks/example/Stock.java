package dev.holdfast.checks.example;

import dev.holdfast.LogStream;
import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Directory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** How many there are of each article. Every change is a record; what there is, is what the records add up to. */
final class Stock implements AutoCloseable {
  private final Wal wal;
  private final LogStream changes;
  private final Map<String, Integer> counts = new TreeMap<>();

  private Stock(Wal wal) {
    this.wal = wal;
    this.changes = wal.stream("changes");
  }

  static Stock open(Directory directory, SyncPolicy policy) {
    var stock = new Stock(Wal.open(directory, WalOptions.builder().syncPolicy(policy).build()));
    try (var records = stock.changes.records(0)) {
      records.forEach(record -> apply(new String(record.payload(), StandardCharsets.UTF_8), stock.counts));
    }
    return stock;
  }

  /** Makes a change such as {@code nails -20}; it is in the books when this returns. */
  void change(String change) {
    changes.append(change.getBytes(StandardCharsets.UTF_8));
    apply(change, counts);
  }

  static void apply(String change, Map<String, Integer> counts) {
    var space = change.indexOf(' ');
    counts.merge(change.substring(0, space), Integer.parseInt(change, space + 1, change.length(), 10), Integer::sum);
  }

  Map<String, Integer> counts() {
    return Map.copyOf(counts);
  }

  @Override
  public void close() {
    wal.close();
  }
}
