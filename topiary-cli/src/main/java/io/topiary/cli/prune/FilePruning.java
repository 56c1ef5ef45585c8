package io.topiary.cli.prune;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.Reach;
import io.topiary.cli.options.SelectorChoice;
import io.topiary.engine.Weights;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.selection.PrunableTensor;
import io.topiary.sparsity.selection.RelativeNormDrop;
import io.topiary.sparsity.selection.Selection;

/**
 * What pruning does to the network in a file.
 *
 * @param before what there was to prune
 * @param fraction p, of the weights that were alive before, that went
 * @param relativeNormDrop see {@link RelativeNormDrop}; what earlier pruning took counts for
 *     nothing in it
 */
record FilePruning(
    LivingWeights before, Selection selection, double fraction, double relativeNormDrop) {

  /**
   * Chooses what goes.
   *
   * @param sparsity zeros over all prunable weights that there should be afterwards
   * @throws io.topiary.runtime.StartException when the network is sparser than that, or cannot be
   *     pruned that far
   */
  static FilePruning of(LivingWeights before, SelectorChoice selector, double sparsity, long seed) {
    var alive = before.alive();
    var pruned = alive.size() - alive.alive();
    var pattern = selector.onlySparsity().isPresent();
    require(alive.alive() > 0, "Every weight is pruned already; there should be some to prune.");
    require(
        pattern || Math.rint(sparsity * alive.size()) >= pruned,
        "--sparsity is %s, but %s %.4f already; it should be at least that.",
        number(sparsity),
        before.masked() ? "--mask has pruned" : "the zeros in --checkpoint come to",
        alive.sparsity());
    Reach.of(selector, alive).require(sparsity, sparsity);
    // Of an N:M pattern the sparsity is fixed; of all others the zeros that there should be are.
    var fraction =
        pattern || pruned == 0
            ? sparsity
            : (Math.rint(sparsity * alive.size()) - pruned) / alive.alive();
    var weights = before.weights();
    var tensors =
        weights.network().prunable().stream()
            .map(p -> new PrunableTensor(p.name(), weights.values(p), alive.tensor(p.name())))
            .toList();
    var selection = selector.selector(seed).select(tensors, fraction);
    return new FilePruning(
        before,
        selection,
        selection.removed() / (double) alive.alive(),
        selection.relativeNormDrop(squaredNormOfOthers(weights)));
  }

  /** Of biases, and of the weights and biases of normalisation layers. */
  private static double squaredNormOfOthers(Weights weights) {
    return weights.network().trainable().stream()
        .filter(parameter -> !parameter.role().prunable())
        .mapToDouble(p -> RelativeNormDrop.squaredNorm(p.name(), weights.values(p)))
        .sum();
  }

  Mask mask() {
    return selection.mask();
  }

  /** The weights with 0 for all that is pruned. */
  Weights weights() {
    return before.weights().masked(mask());
  }

  /** What ALLR would make of it. */
  double d1() {
    return Allr.d1(relativeNormDrop, fraction);
  }
}
