package io.topiary.engine.sparsifier;

/**
 * What ends a method that leaves more weights than it was asked to: one ranking of |w| over all
 * tensors together, of which the smallest go, with no retraining after it. Weights that are 0
 * already count as pruned. No tensor loses its last weight: its largest stays, and the next in the
 * ranking goes instead.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 4, on how methods that train towards sparsity were compared.
 */
public final class HardPrune {

  private HardPrune() {}

  /**
   * Sets weights to 0 until {@code rint(s N)} of the N prunable ones are 0; none if as many are 0
   * already.
   *
   * @param weights a row of the layout, changed in place
   * @param sparsity s, from 0 up to but not including 1
   * @return how many were set to 0
   * @throws SparsifierException if that many cannot go without emptying a tensor
   */
  public static int prune(float[] weights, Layout layout, double sparsity) {
    if (sparsity == 0) {
      return 0;
    }
    Target target = Target.of(layout, sparsity);
    MaskRow mask = new MaskRow(layout);
    mask.takeNonZero(weights);
    int count = mask.prune(weights, target.zeros());
    if (count > 0) {
      mask.applyTo(weights);
    }
    return count;
  }
}
