/** What the engine has to say that no caller is told. */
@NullMarked
package dev.holdfast.internal.logging;

import org.jspecify.annotations.NullMarked;
