package dev.holdfast.internal.segment;

/** How a file that is to become a segment gets the room for what will be written into it. */
public enum Space {
  /** It is filled with zeros, which are synced: writing needs no space, and a sync only writes what was written. */
  FILLED,

  /**
   * It is filled with zeros that nobody syncs. The file system has set the space aside, so writing needs none, but may
   * give the file its blocks only when it writes back what is there by then: zeros that are overwritten before need
   * never be written. A power loss may leave the file shorter. Only where
   * {@link dev.holdfast.storage.Directory#overwritesInPlace} holds.
   */
  RESERVED,

  /** Nothing is reserved: it grows with what is written. */
  GROWING
}
