package dev.holdfast.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Cuts an input into records. Belongs to one thread. */
interface RecordSource {

  /**
   * Returns the next record, or null at the end of the input.
   *
   * @throws CommandException if the next record is over the limit, or the framing is broken
   */
  byte @Nullable [] next() throws IOException;

  /** Returns whether {@link #next()} may have to wait for input, as from a pipe or a person. */
  boolean mayWait() throws IOException;
}
