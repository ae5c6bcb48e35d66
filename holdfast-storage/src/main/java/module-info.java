import org.jspecify.annotations.NullMarked;

/** The storage abstraction under Holdfast, and its implementations on a file system and in memory. */
@NullMarked
module dev.holdfast.storage {
  requires static transitive org.jspecify;

  exports dev.holdfast.storage;
}
