package io.topiary.sparsity.selection;

import java.util.List;

/**
 * One ranking of |w| over all prunable tensors together; the smallest go.
 *
 * <p>Source: Han, Pool, Tran and Dally, 2015, Learning both Weights and Connections for Efficient
 * Neural Networks, NeurIPS; ranked globally as by Zimmer, Spiegel and Pokutta, 2023, How I Learned
 * to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
public record GlobalMagnitude() implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    return Ranking.byMagnitude(tensors).removeSmallest(count);
  }

  @Override
  public String name() {
    return "global-magnitude";
  }
}
