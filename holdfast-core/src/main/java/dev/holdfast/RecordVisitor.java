package dev.holdfast;

import java.nio.ByteBuffer;

/** Receives records without a copy being made for each. */
@FunctionalInterface
public interface RecordVisitor {

  /**
   * Called with one record.
   *
   * @param id its id
   * @param payload its bytes, read-only, from position to limit; to be used during the call only
   */
  void visit(long id, ByteBuffer payload);
}
