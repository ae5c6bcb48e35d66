import org.jspecify.annotations.NullMarked;

/**
 * Java records and sealed interfaces of records as entries. Jackson reads and makes the records by reflection: a package
 * that is not exported must be opened to {@code tools.jackson.databind}.
 */
@NullMarked
module dev.holdfast.codec.records {
  // Not static: at run time @Nullable says which components may be missing.
  requires transitive org.jspecify;
  requires transitive dev.holdfast;
  requires com.fasterxml.jackson.annotation;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.cbor;

  exports dev.holdfast.codec.records;
}
