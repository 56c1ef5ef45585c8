package io.topiary.sparsity.selection;

import java.util.List;

/**
 * The baseline: weights go by lot, all that are alive with the same chance, over all tensors
 * together. Which go depends on nothing but the seed, the tensor's index, the element's index and
 * on who else is alive.
 */
public record RandomSelection(long seed) implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    return Ranking.byLot(tensors, seed).removeSmallest(count);
  }

  @Override
  public String name() {
    return "random";
  }
}
