package dev.holdfast.codec.protobuf;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.holdfast.CodecException;
import java.util.List;

/** Looks for what a message's type does not have. */
final class KnownFields {
  private KnownFields() {}

  /**
   * Looks through a message and all that are in it.
   *
   * @throws CodecException if there is an unknown field, or an unknown constant of an enum
   */
  static void require(Message message) throws CodecException {
    var unknown = message.getUnknownFields();
    if (!unknown.asMap().isEmpty()) {
      throw new CodecException(message.getDescriptorForType().getFullName() + " has no field "
          + unknown.asMap().keySet() + ": a newer program wrote it");
    }
    for (var field : message.getAllFields().entrySet()) {
      if (field.getValue() instanceof List<?> values) {
        for (var value : values) {
          require(field.getKey(), value);
        }
      } else {
        require(field.getKey(), field.getValue());
      }
    }
  }

  private static void require(FieldDescriptor field, Object value) throws CodecException {
    if (value instanceof Message message) {
      require(message);
    } else if (value instanceof EnumValueDescriptor constant && constant.getIndex() < 0) {
      throw new CodecException(field.getFullName() + " has no constant " + constant.getNumber()
          + ": a newer program wrote it");
    }
  }
}
