package io.topiary.sparsity.selection;

import java.util.List;

/**
 * Decides which weights go. Every rule of the same fraction takes the same number, but {@link
 * NOfM}, whose pattern fixes it.
 *
 * @see Selectors#parse
 */
public sealed interface Selector
    permits GlobalMagnitude, Uniform, UniformDenseFirst, Erk, Lamp, NOfM, RandomSelection {

  /**
   * Chooses {@code rint(fraction * alive)} of the weights that are alive, where a half rounds to
   * even. Exactly that many go: where weights rank alike, the one of the earlier tensor goes first,
   * then the one of the lower index. What is pruned already is neither ranked nor counted. No
   * tensor loses its last weight: its largest stays, the next in the ranking goes in its place, and
   * the report says that the tensor was spared.
   *
   * <p>Source of the count: Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv 2111.00843), and the
   * implementation its figures were made with.
   *
   * @param tensors the prunable tensors, in the network's order
   * @param fraction share of the weights still alive, in [0, 1)
   * @throws SelectionException when the fraction is out of range, or so high that some tensor would
   *     have to be emptied
   * @throws NonFiniteWeightException when a weight is NaN or infinite
   */
  Selection select(List<PrunableTensor> tensors, double fraction);

  /** What the command line and records call it: the name that {@link Selectors#parse} reads. */
  String name();
}
