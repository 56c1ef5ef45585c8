package io.topiary.sparsity.selection;

import java.util.List;

/**
 * Layer-adaptive magnitude: one ranking over all tensors of
 *
 * <pre>{@code score(u) = w_u^2 / sum of w_v^2 over the alive v of u's tensor with |w_v| >= |w_u|}
 * </pre>
 *
 * the smallest go. Within a tensor scores order as magnitudes do, so this is a way to choose how
 * many weights each tensor loses. The score of a zero is 0. Scores are kept in double precision.
 *
 * <p>Source: Lee, Park, Mo, Ahn and Shin, 2021, Layer-adaptive Sparsity for the Magnitude-based
 * Pruning, ICLR (arXiv 2010.07611), equation 4.
 */
public record Lamp() implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    return LampScores.of(tensors).removeSmallest(count).select(tensors);
  }

  @Override
  public String name() {
    return "lamp";
  }
}
