/** Coverage-guided fuzzing of what is on disk: a fuzzer each for bytes, forged frames, directories and structures. */
@NullMarked
package dev.holdfast.checks.fuzz;

import org.jspecify.annotations.NullMarked;
