package dev.holdfast.examples.index;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A change as a record: a byte that says which, and its numbers. */
final class ChangeCodec implements Codec<Change> {
  private static final int ADD_SEGMENT = 1;
  private static final int DELETE_DOCUMENTS = 2;
  private static final int START_MERGE = 3;
  private static final int CANCEL_MERGE = 4;
  private static final int END_MERGE = 5;

  private ChangeCodec() {}

  /** Returns the codec, with the number of its version before each change, so that there can be another one. */
  static Codec<Change> versioned() {
    return Codecs.versioned(1, new ChangeCodec(), Map.of());
  }

  @Override
  public void encode(Change change, PayloadWriter out) {
    switch (change) {
      case Change.AddSegment(var segment, var documents) -> out.putByte(ADD_SEGMENT).putVarLong(segment)
          .putVarLong(documents);
      case Change.DeleteDocuments(var documents) -> {
        out.putByte(DELETE_DOCUMENTS).putVarLong(documents.size());
        documents.forEach((segment, numbers) -> numbers.encode(out.putVarLong(segment)));
      }
      case Change.StartMerge(var merge, var segments) -> {
        out.putByte(START_MERGE).putVarLong(merge).putVarLong(segments.size());
        segments.forEach(out::putVarLong);
      }
      case Change.CancelMerge(var merge) -> out.putByte(CANCEL_MERGE).putVarLong(merge);
      case Change.EndMerge(var merge, var segment, var documents, var deletes) -> {
        out.putByte(END_MERGE).putVarLong(merge).putVarLong(segment).putVarLong(documents).putVarLong(deletes.size());
        deletes.forEach(each -> out.putVarLong(each.from().segment()).putVarLong(each.from().number())
            .putVarLong(each.to()));
      }
    }
  }

  @Override
  public Change decode(ByteBuffer in) throws CodecException {
    var kind = in.get();
    return switch (kind) {
      case ADD_SEGMENT -> new Change.AddSegment(Codecs.varLong(in), number(in));
      case DELETE_DOCUMENTS -> deleteDocuments(in);
      case START_MERGE -> startMerge(in);
      case CANCEL_MERGE -> new Change.CancelMerge(Codecs.varLong(in));
      case END_MERGE -> endMerge(in);
      default -> throw new CodecException("a change of kind " + kind + ", known are 1 to 5");
    };
  }

  private static Change deleteDocuments(ByteBuffer in) throws CodecException {
    var documents = new TreeMap<Long, DocumentSet>();
    for (var left = DocumentSet.count(in); left > 0; left--) {
      documents.put(Codecs.varLong(in), DocumentSet.decode(in));
    }
    return new Change.DeleteDocuments(documents);
  }

  private static Change startMerge(ByteBuffer in) throws CodecException {
    var merge = Codecs.varLong(in);
    var segments = new TreeSet<Long>();
    for (var left = DocumentSet.count(in); left > 0; left--) {
      segments.add(Codecs.varLong(in));
    }
    return new Change.StartMerge(merge, segments);
  }

  private static Change endMerge(ByteBuffer in) throws CodecException {
    var merge = Codecs.varLong(in);
    var segment = Codecs.varLong(in);
    var documents = number(in);
    var deletes = new ArrayList<Change.Remapped>();
    for (var left = DocumentSet.count(in); left > 0; left--) {
      deletes.add(new Change.Remapped(new Document(Codecs.varLong(in), number(in)), number(in)));
    }
    return new Change.EndMerge(merge, segment, documents, deletes);
  }

  static int number(ByteBuffer in) throws CodecException {
    var number = Codecs.varLong(in);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new CodecException("the number of a document, or of documents: " + Long.toUnsignedString(number));
    }
    return (int) number;
  }
}
