package dev.holdfast.codec.records;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name under which a record of a sealed interface, a component or a constant of an enum is written. Without it that
 * is the simple name. What is in a log keeps the name it was written with, so whoever renames the Java element either
 * states the old name here as the value, or lists it as a former one.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface EntryName {
  /** Returns the name that is written; empty for the simple name. */
  String value() default "";

  /** Returns the names that older entries have. They are read, never written. */
  String[] formerly() default {};
}
