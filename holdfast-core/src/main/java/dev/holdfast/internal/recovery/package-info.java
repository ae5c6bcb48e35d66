/**
 * What opening a stream does: scan the files (reading only) into evidence, decide by a pure function, apply. The rules
 * and their reasons are in {@code docs/CRASH-SAFETY.md}.
 */
package dev.holdfast.internal.recovery;
