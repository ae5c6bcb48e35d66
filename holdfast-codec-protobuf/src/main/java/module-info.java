import org.jspecify.annotations.NullMarked;

/** Messages of Protocol Buffers as entries. */
@NullMarked
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Protocol Buffers have no module descriptor
module dev.holdfast.codec.protobuf {
  requires static transitive org.jspecify;
  requires transitive dev.holdfast;
  requires transitive com.google.protobuf;

  exports dev.holdfast.codec.protobuf;
}
