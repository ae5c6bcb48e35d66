/** Compression in LZ4: with this on the class path or module path, {@code WalOptions.compression(LZ4)} works. */
package dev.holdfast.compression.lz4;
