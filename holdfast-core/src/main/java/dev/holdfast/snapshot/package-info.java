/**
 * Application state beside the log: snapshots of it, publishing them, and getting the state back after a crash.
 *
 * {@snippet :
 * try (var kv = DurableState.<Map<String, String>, Put>on(wal, wal.stream("kv", puts))
 *     .initial(HashMap::new)
 *     .apply((state, put) -> {
 *       state.put(put.value().key(), put.value().value());
 *       return state;
 *     })
 *     .snapshots(mapCodec, keep(3), everyRecords(100_000))
 *     .open()) {
 *   kv.append(new Put("a", "1"));
 *   String value = kv.read(state -> state.get("a"));
 * }
 * }
 */
@NullMarked
package dev.holdfast.snapshot;

import org.jspecify.annotations.NullMarked;
