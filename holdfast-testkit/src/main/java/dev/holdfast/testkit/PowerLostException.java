package dev.holdfast.testkit;

import java.io.IOException;

/** A {@link SimulatedDisk} is without power: nothing can be done with it or with the files opened on it any more. */
public final class PowerLostException extends IOException {
  private static final long serialVersionUID = 1L;

  PowerLostException(String path) {
    super(path + ": the simulated disk has lost power");
  }
}
