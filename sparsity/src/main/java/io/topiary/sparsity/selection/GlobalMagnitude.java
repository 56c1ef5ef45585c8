package io.topiary.sparsity.selection;

import java.util.List;

/**
 * One ranking of |w| over all prunable tensors together; the smallest go, as many as {@link
 * Selector#select} says.
 *
 * <p>Source: Han, Pool, Tran and Dally, 2015, Learning both Weights and Connections for Efficient
 * Neural Networks, NIPS (arXiv 1506.02626); ranked globally as by Zimmer, Spiegel and Pokutta,
 * 2023, How I Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
public record GlobalMagnitude() implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    return Ranking.byMagnitude(tensors).removeSmallest(count);
  }

  /**
   * The largest magnitude among those that go, found exactly and without a mask: all smaller ones
   * go, and of the weights that have it those which come first by tensor and index.
   *
   * @return 0 when none goes
   */
  public float threshold(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    return Float.intBitsToFloat(Ranking.byMagnitude(tensors).threshold(count).key());
  }

  @Override
  public String name() {
    return "global-magnitude";
  }
}
