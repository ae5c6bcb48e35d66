/** Damaged, cut, foreign and hostile files: what opening and reading make of them. */
@NullMarked
package dev.holdfast.corruption;

import org.jspecify.annotations.NullMarked;
