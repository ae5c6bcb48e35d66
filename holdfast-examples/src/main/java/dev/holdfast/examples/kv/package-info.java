/**
 * A durable key-value store on a {@link dev.holdfast.snapshot.DurableState}: the map is in memory, each change is a
 * record, and a snapshot of the map in the background replaces the records that led to it.
 */
package dev.holdfast.examples.kv;
