/**
 * An embeddable, crash-consistent write-ahead log: named streams of binary records, durable as promised, read back by
 * id or in order, and after any crash exactly the records that were promised.
 *
 * {@snippet :
 * try (Wal wal = Wal.open(Path.of("data"))) {
 *   LogStream orders = wal.stream("orders");
 *   long id = orders.append("created".getBytes(UTF_8)); // on stable storage when it returns
 *   try (RecordCursor cursor = orders.read(0)) {
 *     while (cursor.next()) {
 *       use(cursor.id(), cursor.payload());
 *     }
 *   }
 * }
 * }
 */
package dev.holdfast;
