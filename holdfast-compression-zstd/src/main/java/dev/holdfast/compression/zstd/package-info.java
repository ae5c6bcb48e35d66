/** Compression in Zstandard: with this on the class path or module path, {@code WalOptions.compression(ZSTD)} works. */
package dev.holdfast.compression.zstd;
