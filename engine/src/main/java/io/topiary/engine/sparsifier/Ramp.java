package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Sparsification.Length;

/**
 * How sparsity rises: in events at the end of epochs P, 2P, ..., nP, where n = T div P - 1 for
 * floor(T) of the run's T epochs, so that at least one period is left to recover in. After event t
 * the target is
 *
 * <pre>s_t = s - s (1 - t / n)^3</pre>
 *
 * and before the first it is 0. It follows from the number of iterations done alone.
 *
 * <p>Source: Zhu and Gupta, 2017, To prune, or not to prune: exploring the efficacy of pruning for
 * model compression (arXiv 1710.01878), section 3, equation 1, with the initial sparsity 0.
 *
 * @param target s and N
 * @param interval iterations of a period
 * @param events n, at least 1
 */
record Ramp(Target target, int interval, int events) {

  /**
   * The ramp of a run.
   *
   * @param period P, in epochs
   * @throws SparsifierException if the run has no time for an event
   */
  static Ramp of(Target target, int period, Length length) {
    int epochs = length.iterations() / length.perEpoch();
    int events = epochs / period - 1;
    if (events < 1) {
      throw new SparsifierException(
          "With a ramp period of %d, in epochs, a run must have at least %d whole epochs; it has %d."
              .formatted(period, 2L * period, epochs));
    }
    // No overflow: the first event is within the run.
    return new Ramp(target, period * length.perEpoch(), events);
  }

  /** Whether the iteration just done is the last one before an event. */
  boolean isEvent(int done) {
    return done % interval == 0 && done / interval >= 1 && done / interval <= events;
  }

  /** The sparsity that is due after so many iterations. */
  double sparsity(int done) {
    int event = Math.min(done / interval, events);
    double left = 1 - event / (double) events;
    return target.sparsity() - target.sparsity() * left * left * left;
  }

  /** How many weights are to be 0 after so many iterations. */
  int zeros(int done) {
    return target.zeros(sparsity(done));
  }
}
