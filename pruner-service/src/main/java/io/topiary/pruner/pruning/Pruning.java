package io.topiary.pruner.pruning;

import io.topiary.schemas.PruningPolicy;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.selection.Erk;
import io.topiary.sparsity.selection.GlobalMagnitude;
import io.topiary.sparsity.selection.Lamp;
import io.topiary.sparsity.selection.NOfM;
import io.topiary.sparsity.selection.RandomSelection;
import io.topiary.sparsity.selection.RelativeNormDrop;
import io.topiary.sparsity.selection.Selector;
import io.topiary.sparsity.selection.Uniform;
import io.topiary.sparsity.selection.UniformDenseFirst;

/**
 * What one phase's pruning does to a network.
 *
 * @param mask the weights that are alive afterwards
 * @param relativeNormDrop see {@link RelativeNormDrop}; of all weights and biases as they are just
 *     before this phase
 */
record Pruning(Mask mask, double relativeNormDrop) {

  /**
   * Prunes a network.
   *
   * @param alive the weights that earlier phases have left
   * @param fraction of those that are alive
   * @throws io.topiary.sparsity.InvalidInputException when the weights hold a number that is not
   *     finite, or cannot be pruned that far
   */
  static Pruning of(CheckpointFile weights, Mask alive, Selector selector, double fraction) {
    var selection = selector.select(weights.prunable(alive), fraction);
    return new Pruning(selection.mask(), weights.relativeNormDrop(selection));
  }

  /**
   * Which weights go, by the policy.
   *
   * @param seed of the lots, when weights go by lot
   */
  static Selector selector(PruningPolicy policy, long seed) {
    return switch (policy.getSelector()) {
      case GLOBAL_MAGNITUDE -> new GlobalMagnitude();
      case UNIFORM -> new Uniform();
      case UNIFORM_DENSE_FIRST -> new UniformDenseFirst();
      case ERK -> new Erk();
      case LAMP -> new Lamp();
      case N_OF_M -> new NOfM(policy.getN(), policy.getM());
      case RANDOM -> new RandomSelection(seed);
      case UNKNOWN ->
          throw new RefusedException(
              "Policy '%s' has a selector that this version does not know."
                  .formatted(policy.getName()));
    };
  }
}
