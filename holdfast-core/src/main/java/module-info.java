import org.jspecify.annotations.NullMarked;

/** Holdfast: an embeddable, crash-consistent write-ahead log. */
@NullMarked
module dev.holdfast {
  requires transitive dev.holdfast.storage;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  uses dev.holdfast.Compressor;

  exports dev.holdfast;
  exports dev.holdfast.shard;
  exports dev.holdfast.snapshot;
}
