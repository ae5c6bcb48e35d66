/** Compressed frames: what is written, what is read, what hostile bytes do, and what is kept decompressed. */
@NullMarked
package dev.holdfast.compression;

import org.jspecify.annotations.NullMarked;
