/**
 * An event-sourced ledger on a {@link dev.holdfast.shard.ShardedWal}: records are events, the key is the account, the
 * state is what the events add up to, and checkpoints say from where on events must be read again.
 */
package dev.holdfast.examples.ledger;
