package dev.holdfast.benchmarks.comparison;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Peers;
import dev.holdfast.benchmarks.peer.Shape;
import java.nio.file.Path;

/** The program that fills a log, makes it durable, says so, and waits to be killed. */
public final class OpenChild {
  private OpenChild() {}

  /**
   * Fills a log.
   *
   * @param args the name of the peer, the directory, how many records, the size of a record
   */
  public static void main(String[] args) throws Exception {
    int size = Integer.parseInt(args[3]);
    byte[] record = Records.ofSize(size);
    try (PeerLog log = Peers.named(args[0]).open(Path.of(args[1]), Guarantee.UNSYNCED, Shape.ofRecords(size))) {
      for (int i = 0; i < Integer.parseInt(args[2]); i++) {
        log.append(record);
      }
      log.sync();
      System.out.println("written");
      Thread.currentThread().join(); // for ever
    }
  }
}
