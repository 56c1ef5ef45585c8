package io.topiary.cli.prune;

import io.topiary.engine.Weights;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Parameter;
import java.util.BitSet;
import java.util.LinkedHashMap;

/**
 * Weights, and which of them earlier pruning has left.
 *
 * @param weights 0 where the mask is
 * @param masked whether somebody gave the mask; otherwise the zeros tell
 */
record LivingWeights(Weights weights, Mask alive, boolean masked) {

  /**
   * Those that a mask leaves, whatever the others hold.
   *
   * @throws io.topiary.sparsity.mask.MaskException when it covers other tensors
   */
  static LivingWeights under(Mask mask, Weights weights) {
    return new LivingWeights(weights.masked(mask), mask, true);
  }

  /** Those that are not 0: no training leaves a weight at exactly that. */
  static LivingWeights notZero(Weights weights) {
    var tensors = new LinkedHashMap<String, BitMask>();
    weights
        .network()
        .prunable()
        .forEach(parameter -> tensors.put(parameter.name(), notZero(parameter, weights)));
    return new LivingWeights(weights, new Mask(tensors), false);
  }

  private static BitMask notZero(Parameter parameter, Weights weights) {
    var values = weights.values(parameter);
    var bits = new BitSet(values.remaining());
    for (var i = 0; i < values.remaining(); i++) {
      bits.set(i, values.get(values.position() + i) != 0);
    }
    return BitMask.of(parameter.shape(), bits);
  }
}
