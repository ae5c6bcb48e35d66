package dev.holdfast.benchmarks.peer;

import dev.holdfast.benchmarks.peer.ArtemisPeer.Kind;
import java.util.List;
import java.util.stream.Stream;

/** All peers. */
public final class Peers {
  private Peers() {}

  /** Returns Holdfast or the peer of this name. */
  public static Peer named(String name) {
    return Stream.concat(Stream.of(new HoldfastPeer()), all().stream()).filter(one -> one.name().equals(name))
        .findFirst().orElseThrow();
  }

  /** Returns them, Holdfast not included, whether they can be used here or not. */
  public static List<Peer> all() {
    return List.of(new ChroniclePeer(), new ArtemisPeer(Kind.NIO), new ArtemisPeer(Kind.AIO),
        new ArtemisPeer(Kind.MAPPED),
        new BookKeeperPeer(), new KafkaPeer(), new RocksDbPeer(), new LmdbPeer(), new MvStorePeer(), new SqlitePeer());
  }
}
