/** One file of a stream: a segment being written, a segment being read, and the files kept open for both. */
package dev.holdfast.internal.segment;
