/** Bugs planted on purpose, and whether the tests that attack the promises find them. */
@NullMarked
package dev.holdfast.planted;

import org.jspecify.annotations.NullMarked;
