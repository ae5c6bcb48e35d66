package dev.holdfast.snapshot;

import dev.holdfast.Codec;
import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import dev.holdfast.TypedRecord;
import dev.holdfast.Wal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A state for tests: all entries there have been, in their order. */
final class Names {
  static final String STREAM = "names";

  static final SnapshotCodec<List<String>> SNAPSHOTS = SnapshotCodec.of(new Codec<>() {
    @Override
    public void encode(List<String> state, PayloadWriter out) throws CodecException {
      out.putVarLong(state.size());
      for (var name : state) {
        out.putUtf8(name);
      }
    }

    @Override
    public List<String> decode(ByteBuffer in) throws CodecException {
      var state = new ArrayList<String>();
      for (var left = Codecs.varLong(in); left > 0; left--) {
        state.add(Codecs.utf8(in));
      }
      return state;
    }
  });

  private Names() {}

  static List<String> apply(List<String> state, TypedRecord<String> entry) {
    if (entry.id() != state.size()) {
      throw new IllegalStateException("record " + entry.id() + " comes after " + state.size());
    }
    state.add(entry.value());
    return state;
  }

  static DurableStateBuilder<List<String>, String> on(Wal wal) {
    return DurableState.<List<String>, String>on(wal, wal.stream(STREAM, Codecs.utf8())).initial(ArrayList::new)
        .apply(Names::apply);
  }

  /** Returns {@code n<from>} … {@code n<to - 1>}. */
  static List<String> range(int from, int to) {
    var names = new ArrayList<String>();
    for (var i = from; i < to; i++) {
      names.add("n" + i);
    }
    return names;
  }
}
