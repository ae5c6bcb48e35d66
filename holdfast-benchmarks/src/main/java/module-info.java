import org.jspecify.annotations.NullMarked;

/** Measurements of the log. */
@NullMarked
@SuppressWarnings("requires-automatic") // most libraries that compress have no module descriptor
module dev.holdfast.benchmarks {
  requires static org.jspecify;
  requires dev.holdfast;
  requires aircompressor;
  requires aircompressor.v3;
  requires com.github.luben.zstd_jni;
  requires info.picocli;
  requires java.logging;
  requires java.management;
  requires jdk.management;
  requires org.lz4.java;
  requires tools.jackson.core;

  opens dev.holdfast.benchmarks to info.picocli;
}
