/**
 * The segment-lifecycle log of a search index, on a {@link dev.holdfast.snapshot.DurableState}: which segments there
 * are, which of their documents are deleted, and which segments are being merged, whatever crashes.
 */
package dev.holdfast.examples.index;
