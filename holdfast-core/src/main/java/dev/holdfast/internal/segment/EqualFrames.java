package dev.holdfast.internal.segment;

import dev.holdfast.internal.format.IndexEntries;
import java.util.Arrays;

/**
 * What readers have found out about the stretches between neighbouring entries of a sparse index: whether all frames in
 * one are single records of the same size, so that where each begins can be calculated instead of looked for. Something
 * is known of a stretch only after somebody has stepped through all its headers once.
 *
 * <p>
 * Safe for use by many threads without a lock: two that note something at once, or while it grows, may lose one of the
 * notes, which is then found out again; nothing is ever noted that was not found.
 */
public final class EqualFrames {
  private static final int PER_WORD = Integer.SIZE / 2;
  private static final int EXAMINED = 1;
  private static final int EQUAL = 2;
  private static final int BOTH = EXAMINED | EQUAL;

  private final IndexEntries index;
  private volatile int[] notes = {};

  /** Creates it for an index, of which nothing is known yet. */
  EqualFrames(IndexEntries index) {
    this.index = index;
  }

  /** Returns whether somebody has stepped through the stretch that begins at entry {@code i}. */
  public boolean isExamined(int i) {
    return (note(i) & EXAMINED) != 0;
  }

  /** Returns whether the stretch that begins at entry {@code i} is known to have single records of one size only. */
  public boolean areEqual(int i) {
    return (note(i) & EQUAL) != 0;
  }

  /** Notes what was found by stepping through the stretch that begins at entry {@code i}. */
  public void examined(int i, boolean equal) {
    var words = notes;
    var word = i / PER_WORD;
    if (word >= words.length) {
      words = Arrays.copyOf(words, Math.max(word, index.size() / PER_WORD) + 1);
    }
    words[word] |= (equal ? BOTH : EXAMINED) << shift(i);
    notes = words;
  }

  private int note(int i) {
    var words = notes;
    var word = i / PER_WORD;
    return word < words.length ? words[word] >>> shift(i) & BOTH : 0;
  }

  private static int shift(int i) {
    return i % PER_WORD * 2;
  }
}
