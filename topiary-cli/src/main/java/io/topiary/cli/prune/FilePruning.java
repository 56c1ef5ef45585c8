package io.topiary.cli.prune;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.options.SelectorChoice;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.selection.Selection;

/**
 * What pruning does to the network in a file.
 *
 * @param fraction p, of the weights that were alive before, that went
 * @param relativeNormDrop see {@link io.topiary.sparsity.selection.RelativeNormDrop}
 */
record FilePruning(Selection selection, double fraction, double relativeNormDrop) {

  /**
   * Chooses what goes.
   *
   * @param alive what earlier pruning has left
   * @param sparsity zeros over all prunable weights that there should be afterwards
   * @throws io.topiary.runtime.StartException when the network is sparser than that
   * @throws io.topiary.sparsity.InvalidInputException when the weights hold a number that is not
   *     finite, when they cannot be pruned that far, or when the mask covers other tensors
   */
  static FilePruning of(
      CheckpointFile file, Mask alive, SelectorChoice selector, double sparsity, long seed) {
    var tensors = file.prunable(alive);
    var pruned = alive.size() - alive.alive();
    require(
        selector.onlySparsity().isPresent() || Math.rint(sparsity * alive.size()) >= pruned,
        "--sparsity is %s, but --mask has pruned %.4f already; it should be at least that.",
        number(sparsity),
        alive.sparsity());
    // Of an N:M pattern the sparsity is fixed; of all others the zeros that there should be are.
    var fraction =
        selector.onlySparsity().isPresent() || pruned == 0
            ? sparsity
            : (Math.rint(sparsity * alive.size()) - pruned) / alive.alive();
    var selection = selector.selector(seed).select(tensors, fraction);
    return new FilePruning(
        selection, selection.removed() / (double) alive.alive(), file.relativeNormDrop(selection));
  }

  Mask mask() {
    return selection.mask();
  }

  /** What ALLR would make of it. */
  double d1() {
    return Allr.d1(relativeNormDrop, fraction);
  }
}
