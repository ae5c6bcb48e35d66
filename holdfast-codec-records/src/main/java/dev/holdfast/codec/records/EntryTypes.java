package dev.holdfast.codec.records;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.type.TypeFactory;

/**
 * All types that entries of one type consist of, found from its declaration. Whatever is not closed (a class, an open
 * interface, {@code Object}) or would not come back as it was is refused here, before anything is written.
 */
final class EntryTypes {
  private static final Set<Class<?>> KEYS = Set.of(String.class, Byte.class, Short.class, Integer.class, Long.class,
      Character.class, UUID.class, Instant.class, LocalDate.class);
  private static final Set<Class<?>> VALUES = Set.of(boolean.class, byte.class, short.class, int.class, long.class,
      float.class, double.class, char.class, Boolean.class, Float.class, Double.class, BigInteger.class,
      BigDecimal.class, Duration.class, LocalTime.class, LocalDateTime.class, OffsetDateTime.class);
  private static final Set<Class<?>> LISTS = Set.of(List.class);
  private static final Set<Class<?>> SETS = Set.of(Set.class, SortedSet.class);
  private static final Set<Class<?>> MAPS = Set.of(Map.class, SortedMap.class);

  private final TypeFactory types = TypeFactory.createDefaultInstance();
  private final Set<JavaType> seen = new HashSet<>();
  /** The records of each sealed interface, by every name under which they are read. */
  private final Map<Class<?>, Map<String, Class<?>>> choices = new HashMap<>();

  private EntryTypes() {}

  /**
   * Returns what is found from {@code root} on.
   *
   * @throws IllegalArgumentException if a type among them cannot be written
   */
  static EntryTypes of(Class<?> root) {
    var found = new EntryTypes();
    if (!root.isRecord() && !isChoice(root)) {
      throw new IllegalArgumentException("type must be a record or a sealed interface, not " + root.getName());
    }
    found.add(found.types.constructType(root), root.getSimpleName());
    return found;
  }

  /** Returns the records that a sealed interface permits, by every name under which they are read. */
  Map<String, Class<?>> choices(Class<?> sealed) {
    return choices.getOrDefault(sealed, Map.of());
  }

  /** Whether a value of this type is one of several records. */
  static boolean isChoice(Class<?> type) {
    return type.isInterface() && type.isSealed();
  }

  /** Returns the name under which a record of a sealed interface is written. */
  static String nameOf(Class<?> type) {
    var name = type.getAnnotation(EntryName.class);
    return name == null || name.value().isEmpty() ? type.getSimpleName() : name.value();
  }

  /** Whether a component may be missing. */
  static boolean mayBeMissing(RecordComponent component) {
    if (component.getType() == Optional.class) {
      return true;
    }
    for (var annotation : component.getAnnotatedType().getAnnotations()) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    for (var annotation : component.getAnnotations()) {
      if (annotation.annotationType().getSimpleName().equals("Nullable")) {
        return true;
      }
    }
    return false;
  }

  private void add(JavaType type, String where) {
    if (!seen.add(type)) {
      return;
    }
    var raw = type.getRawClass();
    if (KEYS.contains(raw) || VALUES.contains(raw)) {
      return;
    }
    if (raw.isEnum()) {
      addConstants(raw, where);
    } else if (raw.isRecord()) {
      addComponents(type, where);
    } else if (isChoice(raw)) {
      addChoice(type, where);
    } else if ((raw.isArray() && raw != char[].class) || LISTS.contains(raw)) {
      add(type.getContentType(), where);
    } else if (SETS.contains(raw)) {
      addKey(type.getContentType(), where);
    } else if (MAPS.contains(raw)) {
      addKey(type.getKeyType(), where);
      add(type.getContentType(), where);
    } else {
      throw refused(where, "cannot be of " + type.toCanonical() + (raw == Optional.class
          ? ": only a component itself may be Optional"
          : ": it must be a value, a list, set, map or array, an enum, a record or a sealed interface"));
    }
  }

  private void addKey(JavaType type, String where) {
    if (!KEYS.contains(type.getRawClass()) && !type.isEnumType()) {
      throw refused(where, "has a set or a map of " + type.toCanonical()
          + ", which have no order that stays: use a list, or keys that are texts, integers or enums");
    }
    add(type, where);
  }

  private void addComponents(JavaType type, String where) {
    var raw = type.getRawClass();
    requireOpen(raw, where);
    var names = new LinkedHashSet<String>();
    for (var component : raw.getRecordComponents()) {
      var place = where + "." + component.getName();
      for (var name : names(component.getName(), component.getAnnotation(EntryName.class))) {
        unique(names.add(name), place, name);
      }
      var of = types.resolveMemberType(component.getGenericType(), type.getBindings());
      if (component.getType() == Optional.class) {
        of = of.getReferencedType();
      }
      add(of, place);
    }
    var dropped = raw.getAnnotation(Dropped.class);
    if (dropped != null) {
      for (var name : dropped.value()) {
        unique(names.add(name), where, name);
      }
    }
  }

  /** Jackson calls constructors and accessors; in a module of its own it is let in or it is not. */
  private static void requireOpen(Class<?> record, String where) {
    var jackson = ObjectMapper.class.getModule();
    var module = record.getModule();
    var open = module.isOpen(record.getPackageName(), jackson)
        || (isPublic(record) && module.isExported(record.getPackageName(), jackson));
    if (!open) {
      throw refused(where, "cannot be read and made: module " + module.getName() + " must say 'opens "
          + record.getPackageName() + " to " + jackson.getName() + "'");
    }
  }

  private static boolean isPublic(Class<?> type) {
    var declaring = type.getDeclaringClass();
    return Modifier.isPublic(type.getModifiers()) && (declaring == null || isPublic(declaring));
  }

  private void addChoice(JavaType type, String where) {
    if (type.hasGenericTypes()) {
      throw refused(where, "cannot be of " + type.toCanonical() + ": a sealed interface has no type parameters here");
    }
    var byName = new LinkedHashMap<String, Class<?>>();
    for (var record : recordsOf(type.getRawClass(), where)) {
      var place = where + " (" + record.getSimpleName() + ")";
      for (var name : names(record.getSimpleName(), record.getAnnotation(EntryName.class))) {
        unique(byName.putIfAbsent(name, record) == null, place, name);
      }
    }
    choices.put(type.getRawClass(), byName);
    for (var record : new LinkedHashSet<>(byName.values())) {
      add(types.constructType(record), record.getSimpleName());
    }
  }

  private static Set<Class<?>> recordsOf(Class<?> sealed, String where) {
    var records = new LinkedHashSet<Class<?>>();
    for (var permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isRecord()) {
        records.add(permitted);
      } else if (isChoice(permitted)) {
        records.addAll(recordsOf(permitted, where));
      } else {
        throw refused(where, "permits " + permitted.getName() + ", which is neither a record nor a sealed interface");
      }
    }
    return records;
  }

  private static void addConstants(Class<?> type, String where) {
    var names = new HashSet<String>();
    for (var field : type.getFields()) {
      if (field.isEnumConstant()) {
        for (var name : names(field.getName(), field.getAnnotation(EntryName.class))) {
          unique(names.add(name), where + " (" + type.getSimpleName() + ")", name);
        }
      }
    }
  }

  private static List<String> names(String own, @Nullable EntryName annotation) {
    var names = new ArrayList<String>();
    names.add(annotation == null || annotation.value().isEmpty() ? own : annotation.value());
    if (annotation != null) {
      names.addAll(List.of(annotation.formerly()));
    }
    return names;
  }

  private static void unique(boolean added, String where, String name) {
    if (!added) {
      throw refused(where, "has the name '" + name + "' twice: give one of them another with @EntryName");
    }
  }

  private static IllegalArgumentException refused(String where, String what) {
    return new IllegalArgumentException(where + " " + what);
  }
}
