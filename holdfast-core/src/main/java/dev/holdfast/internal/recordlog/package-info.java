/** The log in a single file: one segment, replaced as a whole when it is full or cannot be trusted. */
package dev.holdfast.internal.recordlog;
