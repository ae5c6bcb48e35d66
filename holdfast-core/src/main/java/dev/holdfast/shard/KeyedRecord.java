package dev.holdfast.shard;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A record and the key that says which shard it belongs to. The arrays are not copied: they must not change until the
 * append has returned. Equal if the bytes are.
 */
public final class KeyedRecord {
  private final byte[] key;
  private final byte[] value;

  /**
   * Creates it.
   *
   * @param key routes only, it is not stored; may be empty
   * @param value the record
   */
  public KeyedRecord(byte[] key, byte[] value) {
    this.key = Objects.requireNonNull(key, "key");
    this.value = Objects.requireNonNull(value, "value");
  }

  /** Returns the key itself, not a copy. */
  public byte[] key() {
    return key;
  }

  /** Returns the record itself, not a copy. */
  public byte[] value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyedRecord that && Arrays.equals(key, that.key) && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "KeyedRecord[key=" + HexFormat.of().formatHex(key) + ", " + value.length + " bytes]";
  }
}
