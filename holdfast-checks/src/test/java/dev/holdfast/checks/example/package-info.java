/** A program on Holdfast and how its author tests it with the testkit: the example of {@code docs/CRASH-TESTING.md}. */
@NullMarked
package dev.holdfast.checks.example;

import org.jspecify.annotations.NullMarked;
