/**
 * Messages of Protocol Buffers as entries.
 *
 * <pre>{@code
 * TypedStream<Order> orders = wal.stream("orders", ProtobufCodec.of(Order.getDefaultInstance()));
 * }</pre>
 */
package dev.holdfast.codec.protobuf;
