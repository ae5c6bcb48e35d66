/** The serializers that were compared for records: speed, size, evolution, hostile bytes. A program, not a test. */
@NullMarked
package dev.holdfast.codec.records.comparison;

import org.jspecify.annotations.NullMarked;
