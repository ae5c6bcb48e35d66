package dev.holdfast.benchmarks.syncs;

import dev.holdfast.benchmarks.Records;
import dev.holdfast.benchmarks.peer.Guarantee;
import dev.holdfast.benchmarks.peer.Peer;
import dev.holdfast.benchmarks.peer.PeerLog;
import dev.holdfast.benchmarks.peer.Peers;
import dev.holdfast.benchmarks.peer.Shape;
import java.nio.file.Files;
import java.nio.file.Path;

/** The program whose system calls are counted: appends, some of them between two marks. */
public final class SyncsChild {
  /** A file looked for, in vain, before and after the appends that are counted. */
  static final String MARK = "/holdfast-mark-";

  private static final int SIZE = 128;
  private static final int WARM_UP = 5;

  private SyncsChild() {}

  /**
   * Opens a new log, appends a few records, and then the counted ones.
   *
   * @param args the peer's name, the guarantee, the directory, how many appends are counted
   */
  public static void main(String[] args) throws Exception {
    Peer peer = Peers.named(args[0]);
    int count = Integer.parseInt(args[3]);
    byte[] record = Records.ofSize(SIZE);
    try (PeerLog log = peer.open(Path.of(args[2]), Guarantee.valueOf(args[1]), Shape.ofRecords(SIZE))) {
      for (int i = 0; i < WARM_UP; i++) {
        log.append(record);
      }
      mark("begin");
      for (int i = 0; i < count; i++) {
        log.append(record);
      }
      mark("end");
    }
  }

  private static void mark(String name) {
    if (Files.exists(Path.of(MARK + name))) {
      throw new IllegalStateException("nothing should have this name");
    }
  }
}
