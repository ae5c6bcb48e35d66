/** Checks that need heavy tools. */
@NullMarked
package dev.holdfast.checks;

import org.jspecify.annotations.NullMarked;
