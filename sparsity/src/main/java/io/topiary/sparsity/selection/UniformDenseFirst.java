package io.topiary.sparsity.selection;

import java.util.List;

/**
 * The first tensor stays as it is, for it is small and much depends on it; of every other goes the
 * same fraction, such that in all as many weights go as were asked for. Within a tensor the
 * smallest |w| go. Shares are rounded as by {@link Uniform}.
 *
 * <p>Source: Evci, Gale, Menick, Castro and Elsen, 2020, Rigging the Lottery: Making All Tickets
 * Winners, ICML (arXiv 1911.11134), section 3, after Gale, Elsen and Hooker, 2019 (arXiv
 * 1902.09574).
 */
public record UniformDenseFirst() implements Selector {

  /**
   * {@inheritDoc}
   *
   * @throws SelectionException also when the tensors after the first cannot spare that many
   */
  @Override
  public Selection select(List<PrunableTensor> tensors, double fraction) {
    var count = Quota.of(tensors, fraction);
    var others = tensors.subList(1, tensors.size());
    var removable = others.stream().mapToLong(Quota::removable).sum();
    if (count > removable) {
      throw new SelectionException(
          "Removing %d weights would empty a tensor, as tensor '%s' stays dense; at most %d can go."
              .formatted(count, tensors.get(0).name(), removable));
    }
    var alive = Allocation.alive(others);
    return Allocation.proportional(Quota.alive(others) - count, alive, alive)
        .after(tensors.get(0).alive().alive())
        .select(tensors);
  }

  @Override
  public String name() {
    return "uniform-dense-first";
  }
}
