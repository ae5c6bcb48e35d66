/** What operations leave for the garbage collector. */
@NullMarked
package dev.holdfast.checks.allocation;

import org.jspecify.annotations.NullMarked;
