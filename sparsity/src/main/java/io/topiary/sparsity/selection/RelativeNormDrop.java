package io.topiary.sparsity.selection;

import java.nio.FloatBuffer;

/**
 * How much of a network's norm pruning takes away:
 *
 * <pre>{@code sqrt(| ||theta||^2 - ||theta_p||^2 |) / ||theta||}</pre>
 *
 * where theta are all weights and biases just before this pruning, those of normalisation layers
 * included and running statistics not, and theta_p the same just after it. Pruning sets weights to
 * 0, so the difference of the squares is the squared norm of what was removed. All sums are kept in
 * double precision.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3.
 */
public final class RelativeNormDrop {

  private RelativeNormDrop() {}

  /** The sum of the squares of a parameter's elements, from the buffer's position to its limit. */
  public static double squaredNorm(String parameter, FloatBuffer values) {
    var sum = 0.0;
    for (var i = values.position(); i < values.limit(); i++) {
      var value = values.get(i);
      if (!Float.isFinite(value)) {
        throw new NonFiniteWeightException(parameter, i - values.position(), value);
      }
      sum += (double) value * value;
    }
    return sum;
  }

  /**
   * The drop, in [0, 1].
   *
   * @param squaredNorm of all parameters before pruning: the sum over {@link #squaredNorm}
   * @param squaredNormOfRemoved see {@link Selection#squaredNormOfRemoved()}
   * @return 0 when there was no norm to lose
   */
  public static double of(double squaredNorm, double squaredNormOfRemoved) {
    return squaredNorm == 0 ? 0 : Math.sqrt(squaredNormOfRemoved / squaredNorm);
  }
}
