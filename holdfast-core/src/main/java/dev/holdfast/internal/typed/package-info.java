/** Entries of a type: encoded into records, and decoded from them. */
@NullMarked
package dev.holdfast.internal.typed;

import org.jspecify.annotations.NullMarked;
