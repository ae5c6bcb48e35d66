package dev.holdfast.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.CorruptionException;
import dev.holdfast.EntryCodecException;
import dev.holdfast.IdRange;
import dev.holdfast.PayloadWriter;
import dev.holdfast.RecordTooLargeException;
import dev.holdfast.ReplayMode;
import dev.holdfast.StreamOptions;
import dev.holdfast.TypedRecord;
import dev.holdfast.TypedStream;
import dev.holdfast.Wal;
import dev.holdfast.WalClosedException;
import dev.holdfast.WalOptions;
import dev.holdfast.storage.Access;
import dev.holdfast.storage.MemoryDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams whose records are entries of a type. */
class TypedStreamTest {
  private final MemoryDirectory directory = new MemoryDirectory();
  private final WalOptions options = WalOptions.builder().maxSegmentSize(4096).build();
  private final Wal wal = Wal.open(directory, options);

  /** An account and an amount. */
  private record Payment(String account, long amount) {}

  /** Refuses an amount of 13, in either direction. */
  private static final Codec<Payment> PAYMENTS = new Codec<>() {
    @Override
    public void encode(Payment entry, PayloadWriter out) throws CodecException {
      out.putUtf8(entry.account).putLong(entry.amount);
      if (entry.amount == 13) {
        throw new CodecException("13 is unlucky");
      }
    }

    @Override
    public Payment decode(ByteBuffer in) throws CodecException {
      var account = Codecs.utf8(in);
      var amount = in.getLong();
      if (amount == 13) {
        throw new CodecException("13 is unlucky");
      }
      return new Payment(account, amount);
    }
  };

  @AfterEach
  void close() {
    wal.close();
  }

  private TypedStream<Payment> payments() {
    return wal.stream("payments", PAYMENTS);
  }

  private static Payment payment(long amount) {
    return new Payment("ä" + amount, amount);
  }

  private static List<Payment> values(List<TypedRecord<Payment>> records) {
    return records.stream().map(TypedRecord::value).toList();
  }

  @Test
  void whatIsAppendedInAnyWayIsReadInAnyWay() {
    var stream = payments();
    assertEquals(0, stream.append(payment(0)));
    assertEquals(1, stream.appendAsync(payment(1)).join());
    assertEquals(new IdRange(2, 4), stream.appendBatch(List.of(payment(2), payment(3))));
    assertEquals(new IdRange(4, 6), stream.appendBatchAsync(List.of(payment(4), payment(5))).join());
    var all = List.of(payment(0), payment(1), payment(2), payment(3), payment(4), payment(5));

    assertEquals(Optional.of(payment(3)), stream.get(3));
    assertEquals(Optional.empty(), stream.get(6));
    var read = new ArrayList<Payment>();
    try (var cursor = stream.read(0)) {
      while (cursor.next()) {
        assertEquals(read.size(), cursor.id());
        assertSame(cursor.value(), cursor.value());
        read.add(cursor.value());
      }
      assertEquals(6, cursor.nextId());
    }
    assertEquals(all, read);
    try (var records = stream.records(4)) {
      assertEquals(all.subList(4, 6), values(records.toList()));
    }
    assertEquals(all, values(stream.replay().toList()));
    assertEquals("payments", stream.name());
    assertSame(PAYMENTS, stream.codec());
    assertSame(wal.stream("payments"), stream.stream());
  }

  @Test
  void aReplayIsCollectedStreamedOrCountedFromAnIdUpToAnId() {
    var stream = payments();
    for (var i = 0; i < 10; i++) {
      stream.append(payment(100 + i));
    }
    assertEquals(List.of(payment(103), payment(104)), values(stream.replay().from(3).upTo(4).toList()));
    assertEquals(10, stream.replay().count());
    assertEquals(1, stream.replay().from(9).upTo(Long.MAX_VALUE).count());
    assertEquals(0, stream.replay().from(10).count());
    assertEquals(0, stream.replay().from(5).upTo(4).count());
    var seen = new ArrayList<Long>();
    assertEquals(3, stream.replay().upTo(2).forEach(found -> seen.add(found.id())));
    assertEquals(List.of(0L, 1L, 2L), seen);
    stream.replay().forEach(found -> {
      if (found.id() == 0) {
        stream.append(payment(1)); // what comes after the replay has begun is for the next one
      }
    });
    assertEquals(11, stream.stream().nextId());
    assertThrows(IllegalArgumentException.class, () -> stream.replay().from(-1));
    assertThrows(IllegalArgumentException.class, () -> stream.replay().upTo(-1));
  }

  @Test
  void aReplayUpToAnIdBeforeTheLogBeginsDeliveredARecordBeyondIt() {
    var small = WalOptions.builder().maxSegmentSize(4096).maxRecordsPerSegment(5).build();
    try (var log = Wal.open(new MemoryDirectory(), small)) {
      var numbers = log.stream("numbers", PAYMENTS);
      for (var i = 0; i < 23; i++) {
        numbers.append(payment(100 + i));
      }
      numbers.stream().truncateBefore(12);
      assertEquals(10, numbers.stream().firstId());
      assertEquals(List.of(), numbers.replay().upTo(5).toList());
      assertEquals(0, numbers.replay().from(2).upTo(9).count());
      assertEquals(List.of(payment(110)), values(numbers.replay().upTo(10).toList()));
    }
  }

  @Test
  void anEntryThatCannotBeEncodedWritesNothing() {
    var stream = payments();
    stream.append(payment(0));
    var error = assertThrows(EntryCodecException.class, () -> stream.append(payment(13)));
    assertEquals("stream 'payments': an entry cannot be encoded, nothing was written: 13 is unlucky",
        error.getMessage());
    assertEquals(-1, error.id());
    assertThrows(EntryCodecException.class, () -> stream.appendBatch(List.of(payment(1), payment(13))));
    for (var future : List.of(stream.appendAsync(payment(13)), stream.appendBatchAsync(List.of(payment(13))))) {
      assertInstanceOf(EntryCodecException.class, assertThrows(CompletionException.class, future::join).getCause());
    }
    assertEquals(1, stream.stream().nextId());
    assertEquals(1, stream.append(payment(1)));
    assertEquals(2, stream.replay().count());
  }

  @Test
  void aRecordThatIsNoEntryIsReportedWithItsPlace() throws IOException {
    var stream = payments();
    for (var i = 0; i < 200; i++) {
      stream.append(payment(100 + i));
    }
    var id = stream.stream().append(new byte[]{5, 'a'});
    stream.append(payment(1));
    var error = assertThrows(EntryCodecException.class, () -> stream.get(id));
    assertEquals("payments", error.stream());
    assertEquals(id, error.id());
    var segment = stream.stream().segments().getLast();
    assertEquals(segment.file(), error.segment());
    assertTrue(segment.ids().start() > 0, "there are several segments");
    var frame = ByteBuffer.allocate(32 + 2).order(ByteOrder.LITTLE_ENDIAN);
    try (var file = directory.subdirectory("streams").subdirectory("payments").open(segment.file(), Access.READ)) {
      file.read(frame, error.offset());
    }
    assertEquals('a', frame.get(33), "the frame of the record begins at the offset that is reported");
    assertInstanceOf(CodecException.class, error.getCause());

    assertThrows(EntryCodecException.class, () -> stream.replay().toList());
    assertThrows(EntryCodecException.class, () -> stream.replay().count());
    try (var cursor = stream.read(id)) {
      assertTrue(cursor.next());
      assertThrows(EntryCodecException.class, cursor::value);
      assertTrue(cursor.next(), "it can be stepped over");
      assertEquals(payment(1), cursor.value());
    }
  }

  @Test
  void whateverACodecMakesOfWrongBytesIsAnEntryCodecException() {
    var stream = payments();
    var shorter = stream.stream().append(new byte[0]);
    var longer = stream.stream().append(new byte[]{0, 1, 0, 0, 0, 0, 0, 0, 0, 9});
    var underflow = stream.stream().append(new byte[]{0, 1});
    assertThrows(EntryCodecException.class, () -> stream.get(shorter));
    var left = assertThrows(EntryCodecException.class, () -> stream.get(longer));
    assertTrue(String.valueOf(left.getMessage()).endsWith("1 of 10 bytes are left behind the entry"),
        left.getMessage());
    assertThrows(EntryCodecException.class, () -> stream.get(underflow));
    var deep = wal.stream("payments", new Codec<Integer>() {
      @Override
      public void encode(Integer entry, PayloadWriter out) {
        out.putInt(entry);
      }

      @Override
      public Integer decode(ByteBuffer in) throws CodecException {
        return in.remaining() > 1000 ? 0 : decode(in) + 1; // nesting without an end
      }
    });
    assertThrows(EntryCodecException.class, () -> deep.get(0));
  }

  @Test
  void aCodecThatFailedToEncodeWithAnUncheckedExceptionWasNoEntryCodecException() {
    var stream = wal.stream("failing", new Codec<Integer>() {
      @Override
      public void encode(Integer entry, PayloadWriter out) {
        out.putInt(1 / entry);
      }

      @Override
      public Integer decode(ByteBuffer in) {
        return in.getInt();
      }
    });
    var error = assertThrows(EntryCodecException.class, () -> stream.append(0));
    assertTrue(String.valueOf(error.getMessage()).contains("/ by zero"), error::toString);
    assertThrows(EntryCodecException.class, () -> stream.appendBatch(List.of(1, 0)));
    var future = stream.appendAsync(0);
    assertInstanceOf(EntryCodecException.class, assertThrows(CompletionException.class, future::join).getCause());
    assertEquals(0, stream.stream().nextId());
  }

  @Test
  void anEntryOverTheLimitWritesNothing() {
    try (var small = Wal.open(new MemoryDirectory(), WalOptions.builder().maxRecordSize(1000).build())) {
      var texts = small.stream("texts", Codecs.utf8());
      assertEquals(0, texts.append("x".repeat(1000)));
      assertThrows(RecordTooLargeException.class, () -> texts.append("x".repeat(1001)));
      assertThrows(RecordTooLargeException.class, () -> texts.appendBatch(List.of("x", "x".repeat(1001))));
      var future = texts.appendAsync("x".repeat(1001)); // as the stream of records does
      assertInstanceOf(RecordTooLargeException.class, assertThrows(CompletionException.class, future::join).getCause());
      assertEquals(1, texts.append("y"));
      assertEquals(Optional.of("y"), texts.get(1));
    }
  }

  @Test
  void optionsOfAStreamAreThoseOfItsView() {
    var own = StreamOptions.none().withMaxRecordsPerSegment(1);
    var stream = wal.stream("own", own, Codecs.utf8());
    stream.append("a");
    stream.append("b");
    assertEquals(2, stream.stream().segments().size());
    assertThrows(IllegalArgumentException.class,
        () -> wal.stream("own", own.withMaxRecordsPerSegment(2), Codecs.utf8()));
  }

  @Test
  void strictReplaysRefuseATornTailAboutWhichNobodyHasDecided() throws IOException {
    QuietTail.append(wal.stream("t", Codecs.utf8()));
    var torn = QuietTail.copyOfStreams(directory, "t");
    try (var reading = Wal.openReadOnly(torn, options)) {
      var stream = reading.stream("t", Codecs.utf8());
      var error = assertThrows(CorruptionException.class, () -> stream.replay().toList());
      assertEquals(3, error.id());
      assertEquals("streams/t/00000000000000000000.seg", error.file());
      assertEquals(3, stream.replay().mode(ReplayMode.BEST_EFFORT_TAIL).count());
      assertEquals(2, stream.replay().upTo(1).count(), "what is wanted ends before the tail");
    }
    try (var writing = Wal.open(torn, options)) {
      assertEquals(3, writing.stream("t", Codecs.utf8()).replay().count(), "opening for writing has decided");
    }
    try (var beside = Wal.openReadOnly(directory, options)) {
      assertEquals(3, beside.stream("t", Codecs.utf8()).replay().count(), "its writer is alive");
    }
  }

  @Test
  void aDamagedLogThatIsOpenForReadingWasReplayedUpToTheDamageWithoutAWord() throws IOException {
    QuietTail.append(wal.stream("t", Codecs.utf8()));
    wal.close();
    try (var file = directory.subdirectory("streams").subdirectory("t").open("00000000000000000000.seg",
        Access.READ_WRITE)) {
      file.write(ByteBuffer.wrap(new byte[]{1, 2, 3}), 192 + 40 + 20); // in the second record
    }
    try (var reading = Wal.openReadOnly(directory, options)) {
      var stream = reading.stream("t", Codecs.utf8());
      for (var mode : ReplayMode.values()) {
        assertThrows(CorruptionException.class, () -> stream.replay().mode(mode).toList());
        assertThrows(CorruptionException.class, () -> stream.replay().mode(mode).count());
        assertEquals(1, stream.replay().mode(mode).upTo(0).count(), "what is wanted ends before the damage");
      }
      try (var records = stream.records(0)) {
        assertThrows(CorruptionException.class, records::toList);
      }
      try (var records = stream.stream().records(0)) {
        assertThrows(CorruptionException.class, records::count);
      }
    }
  }

  @Test
  void bytesAndTextsHaveReadyCodecs() {
    var bytes = wal.stream("bytes", Codecs.bytes());
    bytes.append(new byte[]{1, 2});
    assertEquals(2, bytes.get(0).orElseThrow().length);
    var texts = wal.stream("texts", Codecs.utf8());
    texts.append("Grüße 🎉");
    assertEquals("Grüße 🎉", texts.get(0).orElseThrow());
    assertThrows(EntryCodecException.class, () -> texts.append("half \uD83C"));
    texts.stream().append(new byte[]{(byte) 0xC3});
    assertThrows(EntryCodecException.class, () -> texts.get(1));
  }

  @Test
  void aFailedFutureOfATypedStreamHasTheCauseOfTheStreamBelow() {
    var stream = payments();
    wal.close();
    var error = assertThrows(Exception.class, () -> stream.appendAsync(payment(1)).join());
    assertTrue(error instanceof WalClosedException || error instanceof CompletionException,
        error.toString());
  }
}
