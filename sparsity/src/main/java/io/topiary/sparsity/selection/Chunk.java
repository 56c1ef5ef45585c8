package io.topiary.sparsity.selection;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * A few thousand weights that follow each other and the keys they are ranked by, small enough to
 * stay in the processor's first cache. Weights are copied here in bulk, so that it is all the same
 * where they lie: in the heap or in a mapped file, in either byte order.
 *
 * <p>Loops over a chunk are the inner loops of every selection. Most look at whole numbers alone,
 * have no branch and always the same length, so that the compiler makes vector instructions of
 * them.
 */
final class Chunk {

  /** A multiple of the 64 weights that share a word of a mask. */
  static final int SIZE = 2048;

  static final int WORDS = SIZE / Long.SIZE;

  /** Before every key. */
  private static final int FIRST = -1;

  /** Keys are looked at in columns of eight, whose neighbours are so many apart. */
  private static final int COLUMNS = SIZE / 8;

  /** Bit i modulo 32. */
  private static final int[] BITS = new int[SIZE];

  static {
    Arrays.setAll(BITS, i -> 1 << i);
  }

  private final int[] weights = new int[SIZE];
  private final int[] keys = new int[SIZE];
  private final long[] ranked = new long[WORDS];
  private final int[] scratch = new int[SIZE];
  private final int[] flags = new int[SIZE];

  /** Whether the weights that are ranked, being few, lie at the front and no others here. */
  private boolean gathered;

  /** Reads weights and their keys; past those are zeros that never go. */
  void read(IntBuffer bits, int t, int from, int count, Keys ranking) {
    bits.get(from, weights, 0, count);
    ranking.write(t, from, weights, keys, count);
    Arrays.fill(weights, count, SIZE, 0);
    Arrays.fill(keys, count, SIZE, Keys.END);
    gathered = false;
  }

  /** Of 64 weights which are ranked, as in a word of a mask: to be said of each word. */
  void rank(int word, long living) {
    ranked[word] = living;
  }

  /** Says of one weight that it is not. */
  void keep(int index) {
    ranked[index / Long.SIZE] &= ~(1L << index);
  }

  /** Makes sure that only those go that are ranked. */
  void keepOthers() {
    var count = 0;
    for (var word : ranked) {
      count += Long.bitCount(word);
    }
    if (count <= SIZE / 2) {
      gather(count);
    } else if (count < SIZE) {
      for (var w = 0; w < WORDS; w++) {
        keep(w * Long.SIZE, ~ranked[w]);
      }
    }
  }

  private void keep(int from, long others) {
    for (var left = others; left != 0; left &= left - 1) {
      keys[from + Long.numberOfTrailingZeros(left)] = Keys.END;
    }
  }

  private void gather(int count) {
    var to = 0;
    for (var w = 0; w < WORDS; w++) {
      for (var left = ranked[w]; left != 0; left &= left - 1) {
        var from = w * Long.SIZE + Long.numberOfTrailingZeros(left);
        weights[to] = weights[from];
        keys[to++] = keys[from];
      }
    }
    Arrays.fill(keys, count, SIZE, Keys.END);
    gathered = true;
  }

  /** How many keys are smaller. */
  int countBelow(int key) {
    var count = 0;
    for (var i = 0; i < SIZE; i++) {
      count += (keys[i] - key) >>> 31;
    }
    return count;
  }

  /**
   * Counts the keys from a first one to a last one in a table, 2^shift neighbours in one count, and
   * those before the first.
   *
   * @param smaller where smaller keys are counted: in many sums, for one alone is slow
   * @param last how much larger the last is than the first
   * @return how many there are from the first to the last
   */
  int count(int[] smaller, int[] counts, int first, int last, int shift) {
    var columns = columns(smaller, first, last);
    var found = 0;
    for (var column = 0; column < COLUMNS; column++) {
      // Few columns have one at all.
      if (columns[column] >= 0) {
        for (var i = column; i < SIZE; i += COLUMNS) {
          if (scratch[i] >= 0) {
            counts[(keys[i] - first) >>> shift]++;
            found++;
          }
        }
      }
    }
    return found;
  }

  /** Numbers that are negative where a key is not in that range, one for each and each column. */
  private int[] columns(int[] smaller, int first, int last) {
    for (var i = 0; i < SIZE; i++) {
      var key = keys[i] - first;
      smaller[i] += key >>> 31;
      scratch[i] = key | (last - key);
    }
    for (var i = 0; i < COLUMNS; i++) {
      flags[i] =
          scratch[i]
              & scratch[i + COLUMNS]
              & scratch[i + 2 * COLUMNS]
              & scratch[i + 3 * COLUMNS]
              & scratch[i + 4 * COLUMNS]
              & scratch[i + 5 * COLUMNS]
              & scratch[i + 6 * COLUMNS]
              & scratch[i + 7 * COLUMNS];
    }
    return flags;
  }

  /** Whether a weight that may go has that key or a larger one. */
  boolean reaches(int key) {
    return countBelow(Keys.END) > countBelow(key);
  }

  /** The largest key of those that may go, of which there is one. */
  int largest() {
    var largest = 0;
    for (var key : keys) {
      largest = key < Keys.END ? Math.max(largest, key) : largest;
    }
    return largest;
  }

  /** Where the last weight with that key is, which there has to be. */
  int lastIndexOf(int key) {
    var last = SIZE - 1;
    while (keys[last] != key) {
      last--;
    }
    return gathered ? position(last) : last;
  }

  /** Where the weight was that is so many places from the front now. */
  private int position(int index) {
    var word = 0;
    var left = index;
    while (left >= Long.bitCount(ranked[word])) {
      left -= Long.bitCount(ranked[word++]);
    }
    var bits = ranked[word];
    for (; left > 0; left--) {
      bits &= bits - 1;
    }
    return word * Long.SIZE + Long.numberOfTrailingZeros(bits);
  }

  /** Puts the first of those with this key before all others, and returns how many there were. */
  long putFirst(int key, long atMost) {
    if (atMost == 0 || countBelow(key + 1) == countBelow(key)) {
      return 0;
    }
    var found = 0L;
    for (var i = 0; i < SIZE && found < atMost; i++) {
      if (keys[i] == key) {
        keys[i] = FIRST;
        found++;
      }
    }
    return found;
  }

  /** Marks the weights that have keys below the threshold and gives the sum of their squares. */
  double mark(int threshold) {
    for (var i = 0; i < SIZE; i++) {
      var goes = (keys[i] - threshold) >> 31;
      scratch[i] = weights[i] & goes;
      flags[i] = BITS[i] & goes;
    }
    return squares(scratch);
  }

  /** Writes which weights are marked, as in the words of a mask. */
  void marked(long[] words) {
    if (gathered) {
      scatter(words);
      return;
    }
    for (var w = 0; w < WORDS; w++) {
      var i = w * Long.SIZE;
      words[w] = (half(i) & 0xffff_ffffL) | (long) half(i + Integer.SIZE) << Integer.SIZE;
    }
  }

  private int half(int from) {
    var bits = 0;
    for (var i = from; i < from + Integer.SIZE; i += 8) {
      bits |= flags[i] | flags[i + 1] | flags[i + 2] | flags[i + 3];
      bits |= flags[i + 4] | flags[i + 5] | flags[i + 6] | flags[i + 7];
    }
    return bits;
  }

  private void scatter(long[] words) {
    var from = 0;
    for (var w = 0; w < WORDS; w++) {
      var bits = 0L;
      for (var left = ranked[w]; left != 0; left &= left - 1) {
        bits |= flags[from++] == 0 ? 0 : Long.lowestOneBit(left);
      }
      words[w] = bits;
    }
  }

  /** The sum of the squares of all weights; none of them has been left out yet. */
  double squares() {
    return squares(weights);
  }

  private static double squares(int[] weights) {
    // Eight sums: every addition has to wait for the one before it in the same sum.
    var a = 0.0;
    var b = 0.0;
    var c = 0.0;
    var d = 0.0;
    var e = 0.0;
    var f = 0.0;
    var g = 0.0;
    var h = 0.0;
    for (var i = 0; i < SIZE; i += 8) {
      a += square(weights[i]);
      b += square(weights[i + 1]);
      c += square(weights[i + 2]);
      d += square(weights[i + 3]);
      e += square(weights[i + 4]);
      f += square(weights[i + 5]);
      g += square(weights[i + 6]);
      h += square(weights[i + 7]);
    }
    return ((a + b) + (c + d)) + ((e + f) + (g + h));
  }

  private static double square(int bits) {
    double weight = Float.intBitsToFloat(bits);
    return weight * weight;
  }
}
