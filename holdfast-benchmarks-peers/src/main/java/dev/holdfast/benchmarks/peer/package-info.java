/**
 * Other logs and stores behind one small interface, as libraries in this process, so that the same workloads run over
 * them and over Holdfast. Each is used as its documentation says it is to be used for this, with the options that make
 * it fastest for the same guarantee.
 */
@NullMarked
package dev.holdfast.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
