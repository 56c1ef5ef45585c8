package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.Arrays;

/**
 * A mask over the prunable part of a row, 1 where a weight is alive and 0 where it is not, made by
 * one ranking of |w| over all tensors together. Exactly as many weights go as are asked for; of
 * equal ones that with the lower index goes first. No tensor loses its last weight: its largest
 * stays, and the next in the ranking goes instead.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843); it ranks as {@link io.topiary.sparsity.selection.GlobalMagnitude} does.
 */
final class MaskRow {
  private final Layout layout;
  private final float[] factors;
  private final float[] ranked;
  private final Magnitudes magnitudes = new Magnitudes();

  /** All weights alive. */
  MaskRow(Layout layout) {
    this.layout = layout;
    factors = new float[layout.weights()];
    ranked = new float[layout.weights()];
    Arrays.fill(factors, 1);
  }

  /** The factors themselves. */
  float[] factors() {
    return factors;
  }

  /** How many weights are not alive. */
  int zeros() {
    int zeros = 0;
    for (float factor : factors) {
      if (factor == 0) {
        zeros++;
      }
    }
    return zeros;
  }

  /** Takes those for alive that are not 0. */
  void takeNonZero(float[] weights) {
    for (int i = 0; i < factors.length; i++) {
      factors[i] = weights[i] == 0 ? 0 : 1;
    }
  }

  /** Forgets what was pruned, and prunes the smallest of all weights. */
  void recompute(float[] weights, int zeros) {
    Arrays.fill(factors, 1);
    prune(weights, zeros);
  }

  /**
   * Prunes the smallest of the weights that are alive, until {@code zeros} are not.
   *
   * @return how many went
   */
  int prune(float[] weights, int zeros) {
    int count = zeros - zeros();
    if (count <= 0) {
      return 0;
    }
    int alive = rank(weights);
    magnitudes.cut(ranked, alive, count).writeFactors(ranked, ranked, alive);
    int next = 0;
    for (int i = 0; i < factors.length; i++) {
      if (factors[i] != 0) {
        factors[i] = ranked[next];
        next++;
      }
    }
    return count;
  }

  /** Sets values to 0 whose weights are not alive. The sum makes 0 of -0. */
  void applyTo(float[] values) {
    for (int i = 0; i < factors.length; i++) {
      values[i] = values[i] * factors[i] + 0f;
    }
  }

  /** The same, into another row. */
  void apply(float[] values, float[] masked) {
    for (int i = 0; i < factors.length; i++) {
      masked[i] = values[i] * factors[i] + 0f;
    }
  }

  /** Gathers the weights that are alive; yields how many there are. */
  private int rank(float[] weights) {
    int end = 0;
    for (Span span : layout.prunable()) {
      end = rank(weights, span, end);
    }
    return end;
  }

  /** Every tensor's largest becomes infinite, so that it cannot go. */
  private int rank(float[] weights, Span span, int from) {
    int end = from;
    int largest = from;
    for (int i = span.from(); i < span.to(); i++) {
      if (factors[i] != 0) {
        ranked[end] = Math.abs(weights[i]);
        if (ranked[end] >= ranked[largest]) {
          largest = end;
        }
        end++;
      }
    }
    if (end > from) {
      ranked[largest] = Float.POSITIVE_INFINITY;
    }
    return end;
  }
}
