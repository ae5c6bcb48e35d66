package dev.holdfast.codec.protobuf;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How deep the messages of a type can be nested, as far as its declaration says. */
final class Nesting {
  private final Map<Descriptor, Integer> depths = new HashMap<>();
  private final Set<Descriptor> within = new HashSet<>();

  private Nesting() {}

  /** Whether messages of this type can have more levels than {@code limit}: it contains itself, or can be extended. */
  static boolean mayExceed(Descriptor type, int limit) {
    return new Nesting().depth(type) > limit;
  }

  /** Returns the levels that a message of this type can have; very many if there is no end. */
  private int depth(Descriptor type) {
    var known = depths.get(type);
    if (known != null) {
      return known;
    }
    if (type.isExtendable() || !within.add(type)) {
      return Integer.MAX_VALUE / 2;
    }
    var deepest = 0;
    for (var field : type.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        deepest = Math.max(deepest, depth(field.getMessageType()));
      }
    }
    within.remove(type);
    var depth = Math.min(deepest + 1, Integer.MAX_VALUE / 2);
    depths.put(type, depth);
    return depth;
  }
}
