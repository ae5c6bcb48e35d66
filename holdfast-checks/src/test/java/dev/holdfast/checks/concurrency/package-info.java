/** Whether operations of several threads have an order in which one thread could have done them. */
@NullMarked
package dev.holdfast.checks.concurrency;

import org.jspecify.annotations.NullMarked;
