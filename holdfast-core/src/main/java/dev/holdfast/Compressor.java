package dev.holdfast;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.zip.DataFormatException;

/**
 * Compresses and decompresses payloads in one format. Implementations are services (see {@link ServiceLoader}) in
 * modules of their own, as the log itself depends on no library; a program may also give one to
 * {@link WalOptions.Builder#compressor}. Safe for use by many threads.
 *
 * <p>
 * All buffers are backed by arrays and may begin anywhere in them. Nothing is retained.
 */
public interface Compressor {

  /** Returns the format it reads and writes; not {@link Compression#NONE}. */
  Compression format();

  /**
   * Returns the most bytes that something compresses to.
   *
   * @param length the bytes to be compressed, from 0 to 1 GiB
   */
  int maxCompressedLength(int length);

  /**
   * Compresses what remains in {@code source} into {@code target} and moves the positions of both behind it. The target
   * has room for {@link #maxCompressedLength}; what is in it behind the result afterwards is unspecified.
   */
  void compress(ByteBuffer source, ByteBuffer target);

  /**
   * Decompresses what remains in {@code source}, which may be any bytes at all, into {@code target} and moves the
   * positions of both behind it. Reads nothing but the source and writes nothing but what remains in the target,
   * whatever the source says; allocates no memory in proportion to what it says.
   *
   * @throws DataFormatException if the source is not what {@link #compress} makes, or not of exactly as many bytes as
   *   remain in the target; what the target holds then is unspecified
   */
  void decompress(ByteBuffer source, ByteBuffer target) throws DataFormatException;

  /** Returns a service for {@code format}, if the program has one. */
  static Optional<Compressor> find(Compression format) {
    var found = find(format, ServiceLoader.load(Compressor.class));
    return found.isPresent()
        ? found
        : find(format, ServiceLoader.load(Compressor.class, Compressor.class.getClassLoader()));
  }

  private static Optional<Compressor> find(Compression format, ServiceLoader<Compressor> services) {
    return services.stream().map(ServiceLoader.Provider::get).filter(service -> service.format() == format).findFirst();
  }
}
