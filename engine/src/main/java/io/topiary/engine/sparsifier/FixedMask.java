package io.topiary.engine.sparsifier;

import io.topiary.sparsity.mask.Mask;
import java.nio.FloatBuffer;

/**
 * Keeps pruned weights at 0: where the mask is 0, weight and momentum buffer are zeroed after every
 * step. The buffer would otherwise go on moving a weight after it was pruned.
 *
 * <p>Source: the implementation behind the figures of Zimmer, Spiegel and Pokutta, 2023, How I
 * Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
final class FixedMask implements Sparsifier {
  private final float[] factors;

  FixedMask(Layout layout, Mask mask) {
    factors = new float[layout.weights()];
    for (var span : layout.prunable()) {
      mask.tensor(span.name())
          .writeFactors(FloatBuffer.wrap(factors, span.from(), span.length()).slice());
    }
  }

  @Override
  public float[] effective(Rows rows) {
    return rows.weights();
  }

  @Override
  public void afterIteration(Rows rows, int done) {
    float[] weights = rows.weights();
    float[] momentum = rows.momentum();
    for (int i = 0; i < factors.length; i++) {
      weights[i] *= factors[i];
      momentum[i] *= factors[i];
    }
  }
}
