package io.topiary.sparsity.selection;

import java.util.List;

/**
 * The same fraction of every tensor; within a tensor the smallest |w| go. Where a tensor's share is
 * no whole number, it is rounded down or up so that the total is exact, by largest remainder.
 *
 * <p>Source: the baseline of Gale, Elsen and Hooker, 2019, The State of Sparsity in Deep Neural
 * Networks (arXiv 1902.09574).
 */
public record Uniform() implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var survivors = Quota.alive(tensors) - Quota.of(tensors, fraction);
    var alive = Allocation.alive(tensors);
    return Allocation.proportional(survivors, alive, alive).select(tensors);
  }

  @Override
  public String name() {
    return "uniform";
  }
}
