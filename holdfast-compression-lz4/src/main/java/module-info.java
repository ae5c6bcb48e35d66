import dev.holdfast.Compressor;
import dev.holdfast.compression.lz4.Lz4Compressor;
import org.jspecify.annotations.NullMarked;

/** Compression in LZ4, found by a log that asks for it. */
@NullMarked
@SuppressWarnings({"requires-automatic", "module"}) // the library has a name but no descriptor; and that is what LZ4 is called
module dev.holdfast.compression.lz4 {
  requires static transitive org.jspecify;
  requires transitive dev.holdfast;
  requires org.lz4.java;

  exports dev.holdfast.compression.lz4;

  provides Compressor with
      Lz4Compressor;
}
