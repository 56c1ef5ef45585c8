package io.topiary.engine.sparsifier;

import java.util.Arrays;

/**
 * Ranks the magnitudes of a row, smallest first, of equal ones that with the lower index first. A
 * rank is found exactly, in two counting passes and without a sort: the bits of floats that are not
 * negative rise with their values, so the first pass counts by the upper 16 of 31 bits, the second
 * by the lower 15 of those that share the upper ones. NaN ranks above infinity.
 */
final class Magnitudes {
  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int LOWER_BITS = 15;
  private static final int LOWER = (1 << LOWER_BITS) - 1;

  private final int[] counts = new int[(MAGNITUDE >>> LOWER_BITS) + 1];

  /**
   * Where the ranking is cut: before {@code end}, magnitudes up to this one are below the cut, from
   * there on only smaller ones are.
   */
  record Cut(float magnitude, int end) {
    private static final Cut NOTHING = new Cut(0, 0);

    /** Writes 1 for every value above the cut and 0 for those below it. */
    void writeFactors(float[] values, float[] factors, int length) {
      factors(values, factors, magnitude, 0, end);
      factors(values, factors, Math.nextDown(magnitude), end, length);
    }

    private static void factors(float[] values, float[] factors, float cut, int from, int to) {
      for (int i = from; i < to; i++) {
        factors[i] = Steps.of(Math.abs(values[i]) - cut);
      }
    }
  }

  /** Cuts so that exactly {@code count} of the first {@code length} values are below. */
  Cut cut(float[] values, int length, int count) {
    if (count == 0) {
      return Cut.NOTHING;
    }
    countUpper(values, length);
    int upper = 0;
    int rank = count;
    while (rank > counts[upper]) {
      rank -= counts[upper];
      upper++;
    }
    countLower(values, length, upper);
    int lower = 0;
    while (rank > counts[lower]) {
      rank -= counts[lower];
      lower++;
    }
    int key = upper << LOWER_BITS | lower;
    int end = rank == counts[lower] ? length : endOf(values, key, rank);
    return new Cut(Float.intBitsToFloat(key), end);
  }

  private void countUpper(float[] values, int length) {
    Arrays.fill(counts, 0);
    for (int i = 0; i < length; i++) {
      counts[key(values[i]) >>> LOWER_BITS]++;
    }
  }

  private void countLower(float[] values, int length, int upper) {
    Arrays.fill(counts, 0, LOWER + 1, 0);
    for (int i = 0; i < length; i++) {
      int key = key(values[i]);
      if (key >>> LOWER_BITS == upper) {
        counts[key & LOWER]++;
      }
    }
  }

  /** Just after so many values of that key. */
  private static int endOf(float[] values, int key, int occurrences) {
    int left = occurrences;
    int i = 0;
    while (left > 0) {
      if (key(values[i]) == key) {
        left--;
      }
      i++;
    }
    return i;
  }

  private static int key(float value) {
    return Float.floatToRawIntBits(value) & MAGNITUDE;
  }
}
