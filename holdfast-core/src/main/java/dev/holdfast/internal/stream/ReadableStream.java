package dev.holdfast.internal.stream;

import dev.holdfast.CorruptionException;
import dev.holdfast.IdRange;
import dev.holdfast.LogRecord;
import dev.holdfast.RecordCursor;
import dev.holdfast.RecordVisitor;
import dev.holdfast.SegmentInfo;
import dev.holdfast.WalOptions;
import dev.holdfast.internal.format.StartFrame;
import dev.holdfast.internal.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The reading half of a stream, the same whether or not it is open for writing. */
abstract sealed class ReadableStream implements EngineStream permits WritableStream, ReadOnlyStream {
  final StreamView view;
  final WalOptions options;
  final RecordReader reader;
  private final CompressedFrames compressed;

  ReadableStream(StreamView view, StreamContext context) {
    this.view = view;
    this.options = context.options();
    this.compressed = new CompressedFrames(view, context);
    this.reader = new RecordReader(view, context.scratches(), compressed, this::refresh);
  }

  /** Looks whether anything has changed, where nobody tells. */
  abstract void refresh();

  /**
   * Looks whether there is more to read, when somebody asks for record {@code id} at or beyond the end; throws if
   * records are known to have been there.
   */
  abstract void atEnd(long id);

  /** Has written what was acknowledged, for those who look at files. */
  void writeOut() {
    // only a writer has any
  }

  /** Returns how long a cursor waits before it looks again. */
  abstract long pollNanos();

  /** Returns the segment that is being written, if it is known. */
  abstract @Nullable Segment activeSegment();

  @Override
  public final String name() {
    return view.name();
  }

  @Override
  public final Optional<byte[]> get(long id) {
    prepareToRead(id);
    return Optional.ofNullable(reader.get(id));
  }

  @Override
  public final boolean get(long id, RecordVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    prepareToRead(id);
    return reader.get(id, visitor);
  }

  @Override
  public final Optional<Place> placeOf(long id) {
    prepareToRead(id);
    return Optional.ofNullable(reader.placeOf(id));
  }

  @Override
  public final void checkEnd() {
    atEnd(view.readableEnd());
  }

  private void prepareToRead(long id) {
    checkId("id", id);
    view.checkOpen();
    if (id >= view.readableEnd()) {
      atEnd(id);
    }
  }

  @Override
  public final List<Optional<byte[]>> getAll(long... ids) {
    var found = new ArrayList<Optional<byte[]>>(ids.length);
    for (var i = 0; i < ids.length; i++) {
      found.add(Optional.empty());
    }
    for (var i : inFileOrder(ids)) {
      found.set(i, get(ids[i]));
    }
    return found;
  }

  @Override
  public final int getAll(long[] ids, RecordVisitor visitor) {
    Objects.requireNonNull(visitor, "visitor");
    var records = getAll(ids);
    var found = 0;
    for (var i = 0; i < ids.length; i++) {
      if (records.get(i).isPresent()) {
        visitor.visit(ids[i], ByteBuffer.wrap(records.get(i).get()).asReadOnlyBuffer());
        found++;
      }
    }
    return found;
  }

  /** Returns the indexes of {@code ids} so that each segment is visited once. */
  private static int[] inFileOrder(long[] ids) {
    var order = new Integer[ids.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Long.compare(ids[a], ids[b]));
    return Arrays.stream(order).mapToInt(i -> i).toArray();
  }

  @Override
  public final RecordCursor read(long fromId) {
    checkId("fromId", fromId);
    view.checkOpen();
    refresh();
    return new StreamCursor(view, compressed, fromId, options.readBufferSize(), this::atEnd, this::refresh,
        pollNanos());
  }

  @Override
  public final RecordCursor tail(long fromId) {
    return read(fromId);
  }

  @Override
  public final Stream<LogRecord> records(long fromId) {
    var cursor = read(fromId);
    var end = nextId();
    var spliterator = new Spliterators.AbstractSpliterator<LogRecord>(Long.MAX_VALUE,
        Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT) {
      @Override
      public boolean tryAdvance(Consumer<? super LogRecord> action) {
        if (cursor.nextId() >= end || !cursor.next()) {
          checkEnd();
          return false;
        }
        action.accept(new LogRecord(cursor.id(), cursor.time(), cursor.copyPayload()));
        return true;
      }
    };
    return StreamSupport.stream(spliterator, false).onClose(cursor::close);
  }

  @Override
  public final long firstId() {
    view.checkOpen();
    refresh();
    return view.firstId();
  }

  @Override
  public final long nextId() {
    view.checkOpen();
    refresh();
    return view.readableEnd();
  }

  @Override
  public final long durableEnd() {
    view.checkOpen();
    refresh();
    return Math.min(view.durableEnd(), view.readableEnd());
  }

  @Override
  public final List<SegmentInfo> segments() {
    return segmentsFrom(0);
  }

  @Override
  public final List<SegmentInfo> segmentsFrom(long id) {
    view.checkOpen();
    refresh();
    writeOut();
    var cut = view.lastCut();
    var list = view.segments();
    var infos = new ArrayList<SegmentInfo>(list.size());
    for (var i = 0; i < list.size(); i++) {
      var segment = list.get(i);
      if (id > 0 && list.endOf(i) <= id) {
        continue;
      }
      try {
        infos.add(describe(segment,
            Math.max(segment.firstId(), Math.min(list.endOf(i), Math.min(view.visibleEnd(), view.readableEnd())))));
      } catch (IOException | CorruptionException e) {
        refresh();
        if (!view.isCurrent(list, cut)) {
          return segmentsFrom(id); // a truncation was under way
        }
        throw e instanceof CorruptionException corrupt
            ? corrupt
            : RecordReader.unreadable(segment, segment.firstId(), (IOException) e);
      }
    }
    return infos;
  }

  private SegmentInfo describe(Segment segment, long end) throws IOException {
    var open = segment.acquire();
    try {
      var seal = open.seal();
      var header = open.header();
      var state = seal != null
          ? SegmentInfo.State.SEALED
          : segment == activeSegment() ? SegmentInfo.State.ACTIVE : SegmentInfo.State.UNSEALED;
      var data = seal != null
          ? seal.dataEnd()
          : end == segment.firstId()
              ? StartFrame.DATA_START
              : reader.endIn(open, segment, end);
      return new SegmentInfo(segment.name(), new IdRange(segment.firstId(), end), open.currentSize(), data, state,
          header.epoch(), Instant.ofEpochMilli(header.created()));
    } finally {
      segment.release();
    }
  }

  static void checkId(String parameter, long id) {
    if (id < 0) {
      throw new IllegalArgumentException(parameter + " must be at least 0, not " + id);
    }
  }
}
