/** Measurements of the log. */
package dev.holdfast.benchmarks;
