package io.topiary.sparsity.selection;

import java.util.List;

/** Decides which weights go. */
public sealed interface Selector permits GlobalMagnitude {

  /**
   * Chooses {@code rint(fraction * alive)} of the weights that are alive, where a half rounds to
   * even. Exactly that many go: where weights rank alike, the one of the earlier tensor goes first,
   * then the one of the lower index. No tensor loses its last weight; the next in the ranking goes
   * in its place.
   *
   * @param tensors the prunable tensors, in the network's order
   * @param fraction share of the weights still alive, in [0, 1)
   * @throws SelectionException when the fraction is out of range, or so high that some tensor would
   *     have to be emptied
   * @throws NonFiniteWeightException when a weight is NaN or infinite
   */
  Selection select(List<PrunableTensor> tensors, double fraction);
}
