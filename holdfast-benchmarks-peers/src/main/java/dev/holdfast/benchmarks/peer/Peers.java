package dev.holdfast.benchmarks.peer;

import dev.holdfast.benchmarks.peer.ArtemisPeer.Kind;
import java.util.List;

/** All peers. */
public final class Peers {
  private Peers() {}

  /** Returns them, Holdfast not included, whether they can be used here or not. */
  public static List<Peer> all() {
    return List.of(new ChroniclePeer(), new ArtemisPeer(Kind.NIO), new ArtemisPeer(Kind.AIO),
        new ArtemisPeer(Kind.MAPPED),
        new BookKeeperPeer(), new KafkaPeer(), new RocksDbPeer(), new LmdbPeer(), new MvStorePeer(), new SqlitePeer());
  }
}
