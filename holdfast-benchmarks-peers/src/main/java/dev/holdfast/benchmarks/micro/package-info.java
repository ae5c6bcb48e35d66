/** The parts that every append and every read go through, alone, by JMH. */
@NullMarked
package dev.holdfast.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
