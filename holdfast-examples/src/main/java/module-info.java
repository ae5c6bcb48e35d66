import org.jspecify.annotations.NullMarked;

/** Programs that show how the log is used. */
@NullMarked
module dev.holdfast.examples {
  requires static org.jspecify;
  requires dev.holdfast;
  requires dev.holdfast.storage;
}
