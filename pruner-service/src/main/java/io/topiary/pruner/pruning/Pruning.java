package io.topiary.pruner.pruning;

import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.RelativeNormDrop;

/**
 * What pruning does to a network.
 *
 * @param mask the weights that are alive afterwards
 * @param relativeNormDrop see {@link RelativeNormDrop}
 */
record Pruning(Mask mask, double relativeNormDrop) {

  /**
   * Prunes a dense network to the given sparsity by global magnitude.
   *
   * @throws io.topiary.sparsity.InvalidInputException when the weights hold a number that is not
   *     finite, or cannot be pruned that far
   */
  static Pruning oneShot(Network network, CheckpointFile weights, double sparsity) {
    var tensors = weights.prunable(Mask.allAlive(network.prunable()));
    var selection = new GlobalMagnitude().select(tensors, sparsity);
    return new Pruning(selection.mask(), weights.relativeNormDrop(selection));
  }
}
