package dev.holdfast.testkit;

import dev.holdfast.storage.Directory;

class SimulatedDirectoryTest extends DirectoryContract {

  @Override
  protected Directory newDirectory() {
    return new SimulatedDisk().root();
  }
}
