package dev.holdfast.testkit;

import org.jspecify.annotations.Nullable;

/**
 * One operation on a {@link SimulatedDisk}.
 *
 * @param number which one it is, counted from 1 in the order in which the operations took effect
 * @param kind what it does
 * @param path the file or directory, from the root of the disk, such as {@code disk:/streams/orders/00000000.seg}
 * @param newName the new name within the same directory, of a {@link OperationKind#RENAME}
 * @param position where it begins, in bytes, of a {@link OperationKind#WRITE}, {@link OperationKind#READ} or
 *   {@link OperationKind#STORE}; otherwise 0
 * @param length how many bytes are written, read or stored; the size of the file after a {@link OperationKind#CREATE}
 *   or {@link OperationKind#TRUNCATE}; otherwise 0
 */
public record Operation(long number, OperationKind kind, String path, @Nullable String newName, long position,
    long length) {

  @Override
  public String toString() {
    return switch (kind) {
      case RENAME -> number + " RENAME " + path + " to " + newName;
      case WRITE, READ, STORE -> number + " " + kind + " " + path + " " + length + " bytes at " + position;
      case CREATE, TRUNCATE -> number + " " + kind + " " + path + " " + length + " bytes";
      case CREATE_DIRECTORY, FORCE, DELETE, SYNC_DIRECTORY -> number + " " + kind + " " + path;
    };
  }
}
