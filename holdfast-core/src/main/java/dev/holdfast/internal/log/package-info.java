/** A log: its directory, its lock, its streams. */
package dev.holdfast.internal.log;
