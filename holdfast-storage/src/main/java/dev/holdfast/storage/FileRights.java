package dev.holdfast.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may do what with a file: its permissions, owner and group. Nothing where the file system has none. */
final class FileRights {
  private static final Set<PosixFilePermission> OF_OWNER = Set.of(PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> OF_GROUP = Set.of(PosixFilePermission.GROUP_READ,
      PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_EXECUTE);

  private final @Nullable PosixFileAttributes attributes;

  private FileRights(@Nullable PosixFileAttributes attributes) {
    this.attributes = attributes;
  }

  /** Returns those of an existing file. */
  static FileRights of(Path path) throws IOException {
    PosixFileAttributeView view = view(path);
    return new FileRights(view == null ? null : view.readAttributes());
  }

  private static @Nullable PosixFileAttributeView view(Path path) {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class);
  }

  /** Returns what to create a file with that is to get these rights: until then nobody else may do anything with it. */
  FileAttribute<?>[] forCreation() {
    return attributes == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[]{PosixFilePermissions.asFileAttribute(OF_OWNER)};
  }

  /** Gives them to another file. What was for a group that cannot be set is not given to another one. */
  void giveTo(Path path) throws IOException {
    PosixFileAttributes wanted = attributes;
    if (wanted == null) {
      return;
    }
    PosixFileAttributeView view = Objects.requireNonNull(view(path));
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    permissions.addAll(wanted.permissions());
    if (!setGroup(view, wanted.group())) {
      permissions.removeAll(OF_GROUP);
    }
    if (!view.readAttributes().permissions().equals(permissions)) {
      view.setPermissions(permissions);
    }
    setOwner(view, wanted.owner()); // last: afterwards the rest may not be allowed any more
  }

  private static boolean setGroup(PosixFileAttributeView view, GroupPrincipal group) throws IOException {
    if (view.readAttributes().group().equals(group)) {
      return true;
    }
    try {
      view.setGroup(group);
      return true;
    } catch (IOException _) {
      return false; // only members of a group may give it files
    }
  }

  private static void setOwner(PosixFileAttributeView view, UserPrincipal owner) throws IOException {
    if (view.readAttributes().owner().equals(owner)) {
      return;
    }
    try {
      view.setOwner(owner);
    } catch (IOException _) {
      // Only a privileged process may give files away: then it is its own.
    }
  }
}
