package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.util.Arrays;

/**
 * A few thousand weights that follow each other and the keys they are ranked by, small enough to
 * stay in the processor's first cache. Weights are copied here in bulk, so that it is all the same
 * where they lie: in the heap or in a mapped file, in either byte order.
 *
 * <p>Loops over a chunk are the inner loops of every selection: without a branch that depends on
 * the weights, and in pieces that the compiler unrolls.
 */
final class Chunk {

  /** A multiple of the 64 weights that share a word of a mask. */
  static final int SIZE = 2048;

  /** Before every key. */
  private static final int FIRST = -1;

  /** From here on there are no keys: whose key this is, or more, never goes. */
  private static final int LAST = 0x7f80_0000;

  /** Neighbours differ, as counting the same key again and again is slow. */
  private static final int[] LAST_OF_ALL = new int[SIZE];

  static {
    Arrays.setAll(LAST_OF_ALL, i -> LAST | (i & 0xff) << Ranking.LOW_BITS);
  }

  final int[] keys = new int[SIZE];
  private final float[] weights = new float[SIZE];

  /** Reads weights up to the tensor's end, and returns how many; keys past that are never to go. */
  int read(PrunableTensor tensor, int t, int from, Keys ranking) {
    var count = Math.min(SIZE, tensor.alive().size() - from);
    tensor.weights().get(from, weights, 0, count);
    ranking.write(t, from, weights, keys, count);
    Arrays.fill(weights, count, SIZE, 0);
    Arrays.fill(keys, count, SIZE, LAST);
    return count;
  }

  void keep(int index) {
    keys[index] = LAST;
  }

  /** The largest key; 0 if there is none. */
  int largest() {
    var largest = 0;
    for (var i = 0; i < SIZE; i++) {
      // All bits where the key may go, none where it stays.
      largest = Math.max(largest, keys[i] & ((keys[i] - LAST) >> 31));
    }
    return largest;
  }

  /** Keeps what is pruned, so that it does not go again. */
  void keepPruned(BitMask alive, int from, int count) {
    if (alive.alive() == alive.size()) {
      return;
    }
    for (var i = 0; i < count; i += Long.SIZE) {
      var pruned = ~alive.word((from + i) / Long.SIZE);
      if (pruned != 0) {
        keepPruned(pruned, i);
      }
    }
  }

  private void keepPruned(long pruned, int from) {
    for (var bit = 0; bit < Long.SIZE; bit++) {
      keys[from + bit] |= -(int) (pruned >>> bit & 1) & LAST_OF_ALL[from + bit];
    }
  }

  /** Puts the first of those with this key before all others, and returns how many there were. */
  long putFirst(int key, long atMost) {
    var found = 0L;
    for (var i = 0; i < SIZE && found < atMost; i++) {
      if (keys[i] == key) {
        keys[i] = FIRST;
        found++;
      }
    }
    return found;
  }

  /** Of 64 weights which have keys below the threshold, as in a word of a mask. */
  long below(int from, int threshold) {
    var bits = 0L;
    for (var i = 0; i < Long.SIZE; i += Byte.SIZE) {
      var k = from + i;
      var eight =
          below(k, threshold, 0)
              | below(k + 1, threshold, 1)
              | below(k + 2, threshold, 2)
              | below(k + 3, threshold, 3)
              | below(k + 4, threshold, 4)
              | below(k + 5, threshold, 5)
              | below(k + 6, threshold, 6)
              | below(k + 7, threshold, 7);
      bits |= (long) eight << i;
    }
    return bits;
  }

  private int below(int i, int threshold, int bit) {
    return ((keys[i] - threshold) >>> 31) << bit;
  }

  /** Adds the squares of all weights, and of those with keys below the threshold. */
  void addSquares(int threshold, Norms norms) {
    // Four sums of each: every addition has to wait for the one before it in the same sum.
    var all0 = 0.0;
    var all1 = 0.0;
    var all2 = 0.0;
    var all3 = 0.0;
    var below0 = 0.0;
    var below1 = 0.0;
    var below2 = 0.0;
    var below3 = 0.0;
    for (var i = 0; i < SIZE; i += 4) {
      var square0 = square(i);
      var square1 = square(i + 1);
      var square2 = square(i + 2);
      var square3 = square(i + 3);
      all0 += square0;
      all1 += square1;
      all2 += square2;
      all3 += square3;
      below0 += ifBelow(square0, i, threshold);
      below1 += ifBelow(square1, i + 1, threshold);
      below2 += ifBelow(square2, i + 2, threshold);
      below3 += ifBelow(square3, i + 3, threshold);
    }
    norms.all += all0 + all1 + all2 + all3;
    norms.removed += below0 + below1 + below2 + below3;
  }

  private double square(int i) {
    return (double) weights[i] * weights[i];
  }

  private double ifBelow(double square, int i, int threshold) {
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(square) & ((keys[i] - threshold) >> 31));
  }

  /** Squared norms of one tensor. */
  static final class Norms {
    double all;
    double removed;
  }
}
