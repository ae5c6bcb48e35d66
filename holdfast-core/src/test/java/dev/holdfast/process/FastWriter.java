package dev.holdfast.process;

import dev.holdfast.SyncPolicy;
import dev.holdfast.Wal;
import dev.holdfast.WalException;
import dev.holdfast.WalOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A process that appends as fast as it can under {@code ASYNC}, segment after segment, and syncs seldom: it says how
 * far, a line each time. Every record begins with its id. Arguments: directory, how many MiB it appends before a sync.
 */
final class FastWriter {
  static final int SEGMENT_SIZE = 1 << 20;
  static final int RECORD = 1_000;

  private FastWriter() {}

  /** The program. */
  public static void main(String[] args) throws Exception {
    var between = Long.parseLong(args[1]) << 20;
    var options = WalOptions.builder().syncPolicy(SyncPolicy.ASYNC).maxSegmentSize(SEGMENT_SIZE).build();
    var wal = Wal.open(Path.of(args[0]), options); // it is killed, or its disk fails: nobody closes this
    var stream = wal.stream("s");
    var record = new byte[RECORD];
    try {
      for (var bytes = 0L;; bytes += RECORD) {
        ByteBuffer.wrap(record).putLong(stream.nextId());
        stream.append(record);
        if (bytes >= between) {
          bytes = 0;
          stream.sync();
          System.out.println(stream.durableEnd());
        }
      }
    } catch (WalException e) {
      System.err.println("the disk has failed: " + e.getMessage());
    }
  }
}
