package io.topiary.sparsity.selection;

import io.topiary.sparsity.mask.BitMask;
import java.nio.FloatBuffer;

/**
 * A tensor that weights may be taken from.
 *
 * @param weights all of them, pruned ones included, from the buffer's position to its limit
 * @param alive those that earlier pruning has left; the others are never ranked again
 */
public record PrunableTensor(String name, FloatBuffer weights, BitMask alive) {

  public PrunableTensor {
    if (weights.remaining() != alive.size()) {
      throw new SelectionException(
          "Tensor '%s' has %d weights, but its mask has shape %s."
              .formatted(name, weights.remaining(), alive.shape()));
    }
    weights = weights.slice();
  }
}
