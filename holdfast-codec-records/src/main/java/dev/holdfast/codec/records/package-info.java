/**
 * Java records and sealed interfaces of records as entries.
 *
 * <pre>{@code
 * sealed interface Event {}
 * record Put(String key, String value, Optional<Duration> ttl) implements Event {}
 * record Delete(String key) implements Event {}
 *
 * TypedStream<Event> events = wal.stream("events", RecordCodec.of(Event.class));
 * events.append(new Put("a", "1", Optional.empty()));
 * }</pre>
 */
package dev.holdfast.codec.records;
