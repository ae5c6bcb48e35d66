package dev.holdfast.examples.index;

import dev.holdfast.CodecException;
import dev.holdfast.Codecs;
import dev.holdfast.PayloadWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Numbers of documents of one segment. Immutable, equal by content; takes memory for what is in it, not for the gaps.
 */
final class DocumentSet {
  static final DocumentSet EMPTY = new DocumentSet(new int[0]);

  private final int[] numbers; // ascending

  private DocumentSet(int[] numbers) {
    this.numbers = numbers;
  }

  /** Returns the set of these numbers, in any order, each at least 0; one that comes twice is in it once. */
  static DocumentSet of(int... numbers) {
    var sorted = IntStream.of(numbers).sorted().distinct().toArray();
    if (sorted.length > 0 && sorted[0] < 0) {
      throw new IllegalArgumentException("document " + sorted[0] + ": numbers begin with 0");
    }
    return new DocumentSet(sorted);
  }

  int size() {
    return numbers.length;
  }

  boolean contains(int number) {
    return Arrays.binarySearch(numbers, number) >= 0;
  }

  boolean containsAll(DocumentSet other) {
    return other.stream().allMatch(this::contains);
  }

  /** Returns the numbers, ascending. */
  IntStream stream() {
    return IntStream.of(numbers);
  }

  /** Returns the number after the largest; 0 if there is none. */
  long end() {
    return numbers.length == 0 ? 0 : numbers[numbers.length - 1] + 1L;
  }

  DocumentSet plus(DocumentSet other) {
    return of(IntStream.concat(stream(), other.stream()).toArray());
  }

  DocumentSet minus(DocumentSet other) {
    return new DocumentSet(stream().filter(number -> !other.contains(number)).toArray());
  }

  // ---- bytes

  /** Writes how many there are, and how far each is from the one before. */
  void encode(PayloadWriter out) {
    out.putVarLong(numbers.length);
    var before = -1;
    for (var number : numbers) {
      out.putVarLong(number - before);
      before = number;
    }
  }

  static DocumentSet decode(ByteBuffer in) throws CodecException {
    var numbers = new int[count(in)];
    var before = -1L;
    for (var i = 0; i < numbers.length; i++) {
      var step = Codecs.varLong(in);
      if (step < 1 || step > Integer.MAX_VALUE - before) {
        throw new CodecException("document " + before + " is followed by one " + step + " further");
      }
      before += step;
      numbers[i] = (int) before;
    }
    return new DocumentSet(numbers);
  }

  /** Reads how many of something follow: each takes a byte at least, so no number makes for more than there is. */
  static int count(ByteBuffer in) throws CodecException {
    var count = Codecs.varLong(in);
    if (count < 0 || count > in.remaining()) {
      throw new CodecException("a list of " + Long.toUnsignedString(count) + ", but only " + in.remaining()
          + " bytes are left");
    }
    return (int) count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DocumentSet that && Arrays.equals(numbers, that.numbers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(numbers);
  }

  @Override
  public String toString() {
    return Arrays.toString(numbers);
  }
}
