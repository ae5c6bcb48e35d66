package dev.holdfast.benchmarks.compressor;

/**
 * A library that compresses, used in one way.
 *
 * @param name what it is called in reports
 * @param bound returns the most bytes that so many compress to
 * @param compress compresses a whole array into another
 * @param decompress decompresses the beginning of an array into part of another
 */
public record Library(String name, Bound bound, Compress compress, Decompress decompress) {

  /** Returns the most bytes that so many compress to. */
  @FunctionalInterface
  public interface Bound {
    /** Does so. */
    int of(int length);
  }

  /** Compresses. */
  @FunctionalInterface
  public interface Compress {
    /** Compresses all of {@code source}; returns how many bytes of {@code target} it takes. */
    int apply(byte[] source, byte[] target);
  }

  /** Decompresses. */
  @FunctionalInterface
  public interface Decompress {
    /**
     * Decompresses the first {@code length} bytes.
     *
     * @param from where in {@code target} to begin
     * @param size how many bytes there may be written
     * @return how many were
     */
    int apply(byte[] source, int length, byte[] target, int from, int size) throws Exception;
  }
}
