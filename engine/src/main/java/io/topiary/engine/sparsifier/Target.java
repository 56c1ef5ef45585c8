package io.topiary.engine.sparsifier;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How many weights a sparsity is.
 *
 * @param sparsity s: fraction of the prunable weights that are 0 in the end
 * @param weights N: how many prunable weights there are
 */
record Target(double sparsity, int weights) {

  /**
   * The target in a network.
   *
   * @throws SparsifierException if the network has no room for it
   */
  static Target of(Layout layout, double sparsity) {
    Target target = new Target(sparsity, layout.weights());
    int removable = layout.weights() - layout.prunable().size();
    if (target.zeros() > removable) {
      throw new SparsifierException(
          "Sparsity %s would empty a tensor: it removes %d of %d weights, and at most %d can go."
              .formatted(sparsity, target.zeros(), layout.weights(), removable));
    }
    return target;
  }

  /** {@code rint(s N)}: how many weights are 0 in the end, where a half rounds to even. */
  int zeros() {
    return zeros(sparsity);
  }

  /** {@code rint(s N)} for the sparsity of some moment. */
  int zeros(double momentary) {
    return (int) Math.rint(momentary * weights);
  }

  /** {@code floor(s N)}, in decimals: 0.29 of 100 is 29, which it is not in binary. */
  int floorOfZeros() {
    return floor(BigDecimal.valueOf(sparsity));
  }

  /**
   * {@code floor((1 - s) N)}, in decimals: of 10 weights 0.9 leaves 1, which it does not in binary.
   */
  int floorOfAlive() {
    return floor(BigDecimal.ONE.subtract(BigDecimal.valueOf(sparsity)));
  }

  private int floor(BigDecimal fraction) {
    return fraction
        .multiply(BigDecimal.valueOf(weights))
        .setScale(0, RoundingMode.FLOOR)
        .intValueExact();
  }
}
