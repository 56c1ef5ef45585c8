package io.topiary.sparsity.selection;

/**
 * What a {@link Ranking} ranks by: a whole number for every weight, the smallest first, which is
 * not negative and for a finite weight below {@link #END}.
 */
@FunctionalInterface
interface Keys {

  /** The bits of infinity: from here on there are no keys, and whose key this is never goes. */
  int END = 0x7f80_0000;

  /**
   * Writes the keys of some weights that follow each other.
   *
   * @param tensor the tensor's place in the ranking
   * @param from index of the first weight
   * @param weights the weights' bits
   * @param keys where their keys go, the first at 0
   */
  void write(int tensor, int from, int[] weights, int[] keys, int count);

  /**
   * The bits of |w|: those of a non-negative float, read as an integer, order as the float does,
   * subnormals included.
   */
  static int ofMagnitude(float weight) {
    return Float.floatToRawIntBits(weight) & Integer.MAX_VALUE;
  }

  static Keys magnitudes() {
    return (tensor, from, weights, keys, count) -> {
      for (var i = 0; i < count; i++) {
        keys[i] = weights[i] & Integer.MAX_VALUE;
      }
    };
  }

  /** Lots: the bits of a counter, stirred as by SplitMix64. */
  static Keys lots(long seed) {
    return (tensor, from, weights, keys, count) -> {
      var stream = stir(stir(seed) + tensor);
      for (var i = 0; i < count; i++) {
        keys[i] = (int) (stir(stream + from + i) >>> 34);
      }
    };
  }

  /** Steele, Lea and Flood, 2014, Fast Splittable Pseudorandom Number Generators, OOPSLA. */
  private static long stir(long value) {
    var z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
