/** Running an operation many times, in rounds that take turns with others, and summing up what that took. */
package dev.holdfast.benchmarks.measure;
