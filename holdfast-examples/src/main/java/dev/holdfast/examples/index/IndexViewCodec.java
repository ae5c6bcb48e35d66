package dev.holdfast.examples.index;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;

/** The view in a snapshot: everything ascending by its number, so that equal views have equal bytes. */
final class IndexViewCodec implements Codec<IndexView> {

  @Override
  public void encode(IndexView view, PayloadWriter out) {
    out.putVarLong(view.nextSegment()).putVarLong(view.nextMerge()).putVarLong(view.segments().size());
    view.segments().forEach((number, segment) -> segment.deleted()
        .encode(out.putVarLong(number).putVarLong(segment.documents())));
    out.putVarLong(view.merges().size());
    view.merges().forEach((number, merge) -> {
      out.putVarLong(number).putVarLong(merge.dropped().size());
      merge.dropped().forEach((segment, dropped) -> dropped.encode(out.putVarLong(segment)));
    });
  }

  @Override
  public IndexView decode(ByteBuffer in) throws CodecException {
    var nextSegment = Codecs.varLong(in);
    var nextMerge = Codecs.varLong(in);
    var segments = map(in, IndexViewCodec::segment);
    var merges = map(in, bytes -> new Merge(map(bytes, DocumentSet::decode)));
    return new IndexView(nextSegment, nextMerge, segments, merges);
  }

  private static Segment segment(ByteBuffer in) throws CodecException {
    return new Segment(ChangeCodec.number(in), DocumentSet.decode(in));
  }

  private static <T> SortedMap<Long, T> map(ByteBuffer in, Codecs.Decoder<T> values) throws CodecException {
    var map = new TreeMap<Long, T>();
    for (var left = DocumentSet.count(in); left > 0; left--) {
      var number = Codecs.varLong(in);
      if (!map.isEmpty() && number <= map.lastKey()) {
        throw new CodecException(number + " comes after " + map.lastKey());
      }
      map.put(number, values.decode(in));
    }
    return map;
  }
}
