package io.topiary.sparsity.selection;

import java.util.List;

/**
 * Erdos-Renyi-Kernel: a tensor's density is proportional to
 *
 * <pre>{@code (d_1 + ... + d_k) / (d_1 * ... * d_k)}</pre>
 *
 * for dimensions d_1 to d_k, so that its survivors are proportional to the sum of its dimensions.
 * Small tensors stay denser than large ones. A tensor that would keep more than it has alive stays
 * dense, and the rest is spread over the others anew, until none does. Within a tensor the smallest
 * |w| go. Shares are rounded as by {@link Uniform}.
 *
 * <p>Source: Evci, Gale, Menick, Castro and Elsen, 2020, Rigging the Lottery: Making All Tickets
 * Winners, ICML (arXiv 1911.11134), section 3.
 */
public record Erk() implements Selector {

  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var survivors = Quota.alive(tensors) - Quota.of(tensors, fraction);
    var scores = tensors.stream().mapToLong(Erk::score).toArray();
    return Allocation.proportional(survivors, scores, Allocation.alive(tensors)).select(tensors);
  }

  private static long score(PrunableTensor tensor) {
    return tensor.alive().shape().dimensions().stream().mapToLong(Integer::longValue).sum();
  }

  @Override
  public String name() {
    return "erk";
  }
}
