/** Libraries that compress, compared: speed, size, and what they make of bytes that somebody chose. */
@NullMarked
package dev.holdfast.benchmarks.compressor;

import org.jspecify.annotations.NullMarked;
