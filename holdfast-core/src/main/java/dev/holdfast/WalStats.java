package dev.holdfast;

import java.util.Map;

/**
 * Figures of a log.
 *
 * @param openFiles segment and state files held open or mapped now
 * @param streams the figures of each stream opened so far, by name
 */
public record WalStats(int openFiles, Map<String, StreamStats> streams) {

  /** Copies the map. */
  public WalStats {
    streams = Map.copyOf(streams);
  }
}
