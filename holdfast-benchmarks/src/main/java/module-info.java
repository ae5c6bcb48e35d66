import org.jspecify.annotations.NullMarked;

/** Measurements of the log. */
@NullMarked
module dev.holdfast.benchmarks {
  requires static org.jspecify;
  requires dev.holdfast;
  requires info.picocli;
  requires java.logging;
  requires java.management;
  requires jdk.management;
  requires tools.jackson.core;

  opens dev.holdfast.benchmarks to info.picocli;
}
