/** The same workloads over Holdfast, the programs that are the limit, and the peers, in the same interleaved rounds. */
@NullMarked
package dev.holdfast.benchmarks.comparison;

import org.jspecify.annotations.NullMarked;
