/** One stream: appending with group commit, rotation, truncation, reading. */
package dev.holdfast.internal.stream;
