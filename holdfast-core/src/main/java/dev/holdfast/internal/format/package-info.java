/**
 * The bytes on disk: each structure encoded and decoded in one pure class, without I/O, threads or a clock. The tables
 * are in {@code docs/FORMAT.md}.
 */
package dev.holdfast.internal.format;
