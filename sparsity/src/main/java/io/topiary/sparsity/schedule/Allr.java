package io.topiary.sparsity.schedule;

/**
 * Adaptive linear learning rate restarting: {@link LinearDecay} from d eta_1 after a warm-up over a
 * tenth of the iterations, where eta_1 is the highest rate of the dense training and
 *
 * <pre>{@code
 * d  = min(1, max(d1, d2))
 * d1 = relative norm drop / sqrt(p)      how much this phase's pruning took away
 * d2 = min(1, T_rt / T)                  how much time this phase has to recover
 * }</pre>
 *
 * <p>with p the fraction of the living weights that this phase prunes, T_rt its epochs and T those
 * of the dense training. All of it is computed anew in every phase.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3.
 *
 * @param densePeak eta_1
 * @param iterations of this phase; 0 when there is no retraining
 */
public record Allr(double densePeak, double d1, double d2, int iterations)
    implements RetrainingSchedule {

  public Allr {
    requireNonNegative("the dense peak rate", densePeak);
    requireNonNegative("d1", d1);
    requireNonNegative("d2", d2);
    if (iterations < 0) {
      throw new IllegalArgumentException("there cannot be " + iterations + " iterations");
    }
  }

  /**
   * The share of the dense peak that the norm drop asks for.
   *
   * @param relativeNormDrop in [0, 1]
   * @param fraction p in [0, 1); when 0, nothing was pruned and d1 is 0, which leaves d to d2
   */
  public static double d1(double relativeNormDrop, double fraction) {
    requireNonNegative("the relative norm drop", relativeNormDrop);
    if (!(fraction >= 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "the fraction pruned is " + fraction + "; it must be at least 0 and below 1");
    }
    return fraction == 0 ? 0 : relativeNormDrop / Math.sqrt(fraction);
  }

  /**
   * The share of the dense peak that the time left asks for.
   *
   * @param epochs T_rt, at least 0
   * @param denseEpochs T, above 0
   */
  public static double d2(double epochs, double denseEpochs) {
    requireNonNegative("the number of epochs", epochs);
    if (!(denseEpochs > 0)) {
      throw new IllegalArgumentException(
          "the dense training had " + denseEpochs + " epochs; it must be above 0");
    }
    return Math.min(1, epochs / denseEpochs);
  }

  /** The share of the dense peak that this phase starts from, in [0, 1]. */
  public double d() {
    return Math.min(1, Math.max(d1, d2));
  }

  @Override
  public double peak() {
    return d() * densePeak;
  }

  /** Iterations until the peak: a tenth, rounded down. */
  public int warmUp() {
    return iterations / 10;
  }

  @Override
  public double learningRate(int iteration) {
    return asLinearDecay().learningRate(iteration);
  }

  /** The same rates without what they were derived from: all that a trainer needs to know. */
  public LinearDecay asLinearDecay() {
    return new LinearDecay(peak(), warmUp(), iterations);
  }

  private static void requireNonNegative(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(what + " is " + value + "; it must be at least 0");
    }
  }
}
