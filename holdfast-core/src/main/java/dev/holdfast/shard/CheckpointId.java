package dev.holdfast.shard;

import dev.holdfast.InvalidCheckpointIdException;
import dev.holdfast.internal.format.CheckpointRecord;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/** The id of a checkpoint: bytes that the user chose, which nobody changes any more. */
final class CheckpointId {
  private final byte[] bytes;
  private final int hash;

  private CheckpointId(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > CheckpointRecord.MAX_ID) {
      throw new InvalidCheckpointIdException("the id of a checkpoint must be from 1 to " + CheckpointRecord.MAX_ID
          + " bytes long, not " + bytes.length);
    }
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** Returns the id of these bytes, which are copied. */
  static CheckpointId of(byte[] bytes) {
    return new CheckpointId(Objects.requireNonNull(bytes, "id").clone());
  }

  /** Returns the id of these bytes, which nobody else has. */
  static CheckpointId owning(byte[] bytes) {
    return new CheckpointId(bytes);
  }

  /** Returns the id of this text in UTF-8; a lone surrogate is refused rather than replaced. */
  static CheckpointId of(String text) {
    Objects.requireNonNull(text, "id");
    try {
      var encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      var bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return new CheckpointId(bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidCheckpointIdException(
          "the id of a checkpoint must be encodable as UTF-8 (no lone surrogates): " + e.getMessage());
    }
  }

  byte[] copy() {
    return bytes.clone();
  }

  /** Returns the bytes themselves, which must not be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** Returns it as text if it is UTF-8, else its bytes in hexadecimal. */
  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "0x" + HexFormat.of().formatHex(bytes);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CheckpointId that && hash == that.hash && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return text();
  }
}
