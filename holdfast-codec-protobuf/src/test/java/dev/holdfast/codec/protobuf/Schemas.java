package dev.holdfast.codec.protobuf;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import java.util.Map;

/**
 * One type in an older and in a newer version, as {@code proto3}:
 *
 * <pre>
 * message Entry {
 *   message Inner { string text = 1; string more = 2 /* newer *&#47;; }
 *   enum Level { LOW = 0; HIGH = 1; HIGHEST = 7 /* newer *&#47;; }
 *   string key = 1;
 *   Level level = 2;
 *   Inner inner = 3;
 *   string owner = 5; // newer
 * }
 * </pre>
 */
final class Schemas {
  final DynamicMessage older = DynamicMessage.getDefaultInstance(file(false).findMessageTypeByName("Entry"));
  final DynamicMessage newer = DynamicMessage.getDefaultInstance(file(true).findMessageTypeByName("Entry"));

  DynamicMessage oldEntry(String key) {
    return older.toBuilder().setField(older.getDescriptorForType().findFieldByName("key"), key).build();
  }

  DynamicMessage newEntry(String key, int level, Map<String, String> others) {
    var type = newer.getDescriptorForType();
    var entry = newer.toBuilder().setField(type.findFieldByName("key"), key);
    var levels = type.findFieldByName("level");
    entry.setField(levels, levels.getEnumType().findValueByNumber(level));
    others.forEach((name, value) -> entry.setField(type.findFieldByName(name), value));
    return entry.build();
  }

  DynamicMessage withInner(String more) {
    var inner = newer.getDescriptorForType().findFieldByName("inner");
    var message = DynamicMessage.newBuilder(inner.getMessageType())
        .setField(inner.getMessageType().findFieldByName("more"), more).build();
    return newer.toBuilder().setField(inner, message).build();
  }

  private static FileDescriptor file(boolean isNewer) {
    var inner = DescriptorProto.newBuilder().setName("Inner")
        .addField(field("text", 1, FieldDescriptorProto.Type.TYPE_STRING));
    var levels = EnumDescriptorProto.newBuilder().setName("Level").addValue(constant("LOW", 0))
        .addValue(constant("HIGH", 1));
    var entry = DescriptorProto.newBuilder().setName("Entry")
        .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
        .addField(field("level", 2, FieldDescriptorProto.Type.TYPE_ENUM).setTypeName(".Entry.Level"))
        .addField(field("inner", 3, FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(".Entry.Inner"));
    if (isNewer) {
      inner.addField(field("more", 2, FieldDescriptorProto.Type.TYPE_STRING));
      levels.addValue(constant("HIGHEST", 7));
      entry.addField(field("owner", 5, FieldDescriptorProto.Type.TYPE_STRING));
    }
    var file = FileDescriptorProto.newBuilder().setName("entry.proto").setSyntax("proto3")
        .addMessageType(entry.addNestedType(inner).addEnumType(levels));
    try {
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]);
    } catch (DescriptorValidationException e) {
      throw new AssertionError(e);
    }
  }

  private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  private static EnumValueDescriptorProto constant(String name, int number) {
    return EnumValueDescriptorProto.newBuilder().setName(name).setNumber(number).build();
  }
}
