/**
 * Whether a durable append really syncs: system calls are counted between two marks that the process makes for
 * {@code strace} to see.
 */
@NullMarked
package dev.holdfast.benchmarks.syncs;

import org.jspecify.annotations.NullMarked;
