import org.jspecify.annotations.NullMarked;

/** Storage that loses power or fails on request, and the contract suite that every directory must pass. */
@NullMarked
module dev.holdfast.testkit {
  requires static transitive org.jspecify;
  requires transitive dev.holdfast.storage;
  requires static transitive org.junit.jupiter.api;

  exports dev.holdfast.testkit;
}
