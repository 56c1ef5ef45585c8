package io.topiary.sparsity.schedule;

/**
 * Adaptive linear learning rate restarting: as {@link Llr}, but from d eta_1 after a warm-up over a
 * tenth of the iterations, where eta_1 is the highest rate of the dense training and
 *
 * <pre>{@code
 * d  = min(1, max(d1, d2))
 * d1 = relative norm drop / sqrt(p)      how much this phase's pruning took away
 * d2 = min(1, T_rt / T)                  how much time this phase has to recover
 * }</pre>
 *
 * <p>with p the fraction of the weights that are alive before this phase that it prunes, T_rt its
 * epochs and T those of the dense training. All of it is computed anew in every phase.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3.
 *
 * @param etaOne the highest rate of the dense training
 * @param iterations n, of this phase; 0 when there is no retraining
 */
public record Allr(double etaOne, double d1, double d2, int iterations)
    implements RetrainingSchedule {

  public Allr {
    ScheduleException.requireNonNegative("The highest dense rate", etaOne);
    ScheduleException.requireNonNegative("ALLR's d1", d1);
    ScheduleException.requireNonNegative("ALLR's d2", d2);
    ScheduleException.requireIterations(iterations);
  }

  /**
   * The share of the dense peak that the norm drop asks for.
   *
   * @param relativeNormDrop in [0, 1]
   * @param fraction p in [0, 1); when 0, nothing was pruned and d1 is 0, which leaves d to d2
   */
  public static double d1(double relativeNormDrop, double fraction) {
    ScheduleException.requireNonNegative("The relative norm drop", relativeNormDrop);
    if (!(fraction >= 0 && fraction < 1)) {
      throw new ScheduleException(
          "The fraction pruned is %s; it must be at least 0 and below 1.".formatted(fraction));
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
    ScheduleException.requireNonNegative("The number of retraining epochs", epochs);
    if (!(denseEpochs > 0 && denseEpochs < Double.POSITIVE_INFINITY)) {
      throw new ScheduleException(
          "The dense training has %s epochs; it must be a finite number above 0."
              .formatted(denseEpochs));
    }
    return Math.min(1, epochs / denseEpochs);
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.ALLR;
  }

  /** The share of the dense peak that this phase starts from, in [0, 1]. */
  public double d() {
    return Math.min(1, Math.max(d1, d2));
  }

  @Override
  public double peak() {
    return d() * etaOne;
  }

  @Override
  public double learningRate(int iteration) {
    return new LinearDecay(peak(), warmUp(), iterations).learningRate(iteration);
  }
}
