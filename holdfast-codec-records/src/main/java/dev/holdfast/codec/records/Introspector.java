package dev.holdfast.codec.records;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Tells Jackson what records and our annotations say. It takes the place of the one that reads Jackson's annotations.
 */
final class Introspector extends NopAnnotationIntrospector {
  private static final long serialVersionUID = 1L;

  private final transient EntryTypes types;

  Introspector(EntryTypes types) {
    this.types = types;
  }

  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
    return annotated instanceof AnnotatedClass type && EntryTypes.isChoice(type.getRawType())
        ? JsonTypeInfo.Value.construct(JsonTypeInfo.Id.NAME, JsonTypeInfo.As.WRAPPER_ARRAY, null, null, false, true,
            false)
        : null;
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
    if (!(annotated instanceof AnnotatedClass type) || !EntryTypes.isChoice(type.getRawType())) {
      return null;
    }
    var writing = config instanceof SerializationConfig;
    var named = new ArrayList<NamedType>();
    types.choices(type.getRawType()).forEach((name, record) -> {
      if (!writing || name.equals(EntryTypes.nameOf(record))) {
        named.add(new NamedType(record, name));
      }
    });
    return named;
  }

  @Override
  public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass type) {
    return type.getRawType().isRecord() ? EntryTypes.nameOf(type.getRawType()) : null;
  }

  @Override
  public JsonIgnoreProperties.Value findPropertyIgnoralByName(MapperConfig<?> config, Annotated annotated) {
    var dropped = annotated instanceof AnnotatedClass type ? type.getRawType().getAnnotation(Dropped.class) : null;
    return dropped == null
        ? JsonIgnoreProperties.Value.empty()
        : JsonIgnoreProperties.Value.forIgnoredProperties(new HashSet<>(List.of(dropped.value())));
  }

  @Override
  public @Nullable PropertyName findNameForSerialization(MapperConfig<?> config, Annotated annotated) {
    return name(annotated);
  }

  @Override
  public @Nullable PropertyName findNameForDeserialization(MapperConfig<?> config, Annotated annotated) {
    return name(annotated);
  }

  private static @Nullable PropertyName name(Annotated annotated) {
    var component = component(annotated);
    var name = component == null ? null : component.getAnnotation(EntryName.class);
    return name == null || name.value().isEmpty() ? null : PropertyName.construct(name.value());
  }

  @Override
  public @Nullable List<PropertyName> findPropertyAliases(MapperConfig<?> config, Annotated annotated) {
    var component = component(annotated);
    var name = component == null ? null : component.getAnnotation(EntryName.class);
    return name == null ? null : Arrays.stream(name.formerly()).map(PropertyName::construct).toList();
  }

  @Override
  public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
    var component = component(member);
    return component == null ? null : !EntryTypes.mayBeMissing(component);
  }

  @Override
  public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated annotated) {
    var component = component(annotated);
    var include = component != null && EntryTypes.mayBeMissing(component)
        ? JsonInclude.Include.NON_ABSENT
        : JsonInclude.Include.ALWAYS;
    return JsonInclude.Value.construct(include, JsonInclude.Include.ALWAYS);
  }

  @Override
  public String[] findEnumValues(MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, String[] names) {
    for (var i = 0; i < constants.length; i++) {
      var name = constant(constants[i]);
      if (name != null && !name.value().isEmpty()) {
        names[i] = name.value();
      }
    }
    return names;
  }

  @Override
  public void findEnumAliases(MapperConfig<?> config, AnnotatedClass type, Enum<?>[] constants, String[][] aliases) {
    for (var i = 0; i < constants.length; i++) {
      var name = constant(constants[i]);
      if (name != null) {
        aliases[i] = name.formerly();
      }
    }
  }

  private static @Nullable EntryName constant(Enum<?> constant) {
    AnnotatedElement field;
    try {
      field = constant.getDeclaringClass().getField(constant.name());
    } catch (NoSuchFieldException e) {
      throw new AssertionError("an enum without its constant " + constant, e);
    }
    return field.getAnnotation(EntryName.class);
  }

  /** Returns the component that a field, an accessor or a parameter of the canonical constructor belongs to. */
  private static @Nullable RecordComponent component(Annotated annotated) {
    if (!(annotated instanceof AnnotatedMember member) || !member.getDeclaringClass().isRecord()) {
      return null;
    }
    var components = member.getDeclaringClass().getRecordComponents();
    if (member instanceof AnnotatedParameter parameter) {
      return parameter.getOwner().getParameterCount() == components.length ? components[parameter.getIndex()] : null;
    }
    if (member instanceof AnnotatedMethod method && method.getParameterCount() != 0) {
      return null;
    }
    for (var component : components) {
      if (component.getName().equals(member.getName())) {
        return component;
      }
    }
    return null;
  }
}
