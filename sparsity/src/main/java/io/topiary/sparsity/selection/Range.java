package io.topiary.sparsity.selection;

/**
 * Keys that follow each other.
 *
 * @param from the first
 * @param to the one after the last
 */
record Range(int from, int to) {

  static final Range ALL = new Range(0, Keys.END);

  /** The middle of a range that is a little longer than that; any other as it is. */
  Range trim(int length) {
    var surplus = to - from - length;
    if (surplus <= 0 || surplus > length / 2) {
      return this;
    }
    return new Range(from + surplus / 2, from + surplus / 2 + length);
  }

  boolean isEmpty() {
    return from >= to;
  }

  boolean isOne() {
    return to - from == 1;
  }
}
