/** Programs that show how Holdfast is used. */
package dev.holdfast.examples;
