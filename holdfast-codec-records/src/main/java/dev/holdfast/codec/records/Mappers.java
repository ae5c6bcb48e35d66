package dev.holdfast.codec.records;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.deser.DeserializationProblemHandler;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.BeanSerializerFactory;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.type.LogicalType;
import tools.jackson.databind.type.MapType;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/** Jackson, with every leniency taken away that could change what an entry says without anybody noticing. */
final class Mappers {
  private Mappers() {}

  static CBORMapper of(EntryTypes types) {
    return CBORMapper.builder(factory())
        .annotationIntrospector(new Introspector(types))
        .serializerFactory(BeanSerializerFactory.instance.withNullValueSerializer(new NoNull()))
        .addModule(ordered())
        .addHandler(new Refusals())
        // Components and nothing else: no getters beside them, no other constructors or factories.
        .changeDefaultVisibility(v -> v.withVisibility(PropertyAccessor.CREATOR, Visibility.NONE)
            .withVisibility(PropertyAccessor.IS_GETTER, Visibility.NONE))
        .enable(MapperFeature.INFER_RECORD_GETTERS_FROM_COMPONENTS_ONLY)
        // By name, all of them: the order of their declaration has no influence.
        .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        // That nothing follows has been checked.
        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .withCoercionConfigDefaults(c -> c.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .withCoercionConfig(LogicalType.Textual, c -> c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
        .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE, DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE)
        .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, SerializationFeature.ORDER_SET_ELEMENTS,
            SerializationFeature.FAIL_ON_ORDER_MAP_BY_INCOMPARABLE_KEY,
            SerializationFeature.FAIL_ON_ORDER_SET_BY_INCOMPARABLE_ELEMENT)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /** Lengths and nesting have been checked before; Jackson's own limits must not refuse what was written. */
  private static CBORFactory factory() {
    return CBORFactory.builder()
        .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE).maxNumberLength(4 * RecordCodec.MAX_NUMBER_BYTES)
            .maxNestingDepth(2 * RecordCodec.MAX_DEPTH).build())
        .streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(2 * RecordCodec.MAX_DEPTH).build())
        // A table of names that is kept, and refuses names that somebody made collide, has no place here: keys are data.
        .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
        .build();
  }

  /** Maps and sets in an order that depends on nothing but their content, written and read. */
  private static SimpleModule ordered() {
    return new SimpleModule("holdfast")
        .addAbstractTypeMapping(Set.class, LinkedHashSet.class)
        .setSerializerModifier(new ValueSerializerModifier() {
          private static final long serialVersionUID = 1L;

          @Override
          @SuppressWarnings("unchecked") // it is one of maps
          public ValueSerializer<?> modifyMapSerializer(SerializationConfig config, MapType type,
              BeanDescription.Supplier description, ValueSerializer<?> serializer) {
            return new NaturalOrder((ValueSerializer<Object>) serializer);
          }
        });
  }

  /** What is asked to write a null. */
  private static final class NoNull extends ValueSerializer<Object> {
    @Override
    public void serialize(Object value, JsonGenerator out, SerializationContext context) {
      throw DatabindException.from(out, "a null where none may be: only components that are @Nullable may be null");
    }
  }

  /** Says what is not known in words of entries. */
  private static final class Refusals extends DeserializationProblemHandler {
    @Override
    public boolean handleUnknownProperty(DeserializationContext context, JsonParser in,
        ValueDeserializer<?> deserializer, Object beanOrClass, String name) {
      var type = beanOrClass instanceof Class<?> c ? c : beanOrClass.getClass();
      Collection<Object> known = deserializer.getKnownPropertyNames();
      throw DatabindException.from(in, type.getSimpleName() + " has no component '" + name + "', but " + known
          + ": a newer program wrote it, or it is to be listed in @Dropped or as a former name");
    }

    @Override
    public JavaType handleUnknownTypeId(DeserializationContext context, JavaType base, String id, TypeIdResolver names,
        String problem) {
      throw DatabindException.from(context.getParser(), base.getRawClass().getSimpleName() + " has no record '" + id
          + "', but " + names.getDescForKnownTypeIds() + ": a newer program wrote it, or it is to be listed as a former"
          + " name");
    }
  }
}
