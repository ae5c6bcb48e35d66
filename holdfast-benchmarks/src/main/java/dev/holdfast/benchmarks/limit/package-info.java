/**
 * Limit programs: each does the least that is correct for what Holdfast promises, straight on a channel, with the same
 * records framed and checksummed the same way. They are what Holdfast's figures are divided by, and know nothing of it.
 */
package dev.holdfast.benchmarks.limit;
