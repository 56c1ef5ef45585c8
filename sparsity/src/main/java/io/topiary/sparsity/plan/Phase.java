package io.topiary.sparsity.plan;

import io.topiary.sparsity.schedule.Iterations;

/**
 * One round of a plan: prune, enforce the zeros, retrain on a fresh schedule, enforce the zeros. A
 * phase of no epochs is not retrained; its mask holds all the same.
 *
 * <p>What ALLR's d1 measures is the norm that this phase takes away: theta are all weights and
 * biases as they are just before this phase's pruning, those of normalisation layers included, and
 * theta_p the same just after it; neither is of the dense network, unless this is the first phase.
 *
 * @param number counted from 1
 * @param fraction p, of the weights alive before this phase, that it prunes; in [0, 1)
 * @param sparsity after this phase and over all prunable weights, of a network that was dense
 *     before the first: 1 - (1 - p)^number, but for rounding to whole weights
 * @param epochs T_rt of retraining; may be fractional, and 0
 * @param d2 ALLR's d2: min(1, T_rt / T), with T the epochs of the dense training
 */
public record Phase(int number, double fraction, double sparsity, double epochs, double d2) {

  public Phase {
    require(number >= 1, "has the number %d; it must be at least 1", number, number);
    require(
        fraction >= 0 && fraction < 1,
        "prunes the fraction %s; it must be at least 0 and below 1",
        number,
        fraction);
    // Up to 1, to which 1 - 0.8^k rounds when k is large.
    require(
        sparsity >= 0 && sparsity <= 1, "has the sparsity %s; it must be 0 to 1", number, sparsity);
    require(
        epochs >= 0 && Double.isFinite(epochs),
        "takes %s epochs; it must be a finite number of at least 0",
        number,
        epochs);
    require(d2 >= 0 && d2 <= 1, "has d2 %s; it must be 0 to 1", number, d2);
  }

  /** n = rint(T_rt iterations per epoch). */
  public int iterations(int perEpoch) {
    return Iterations.of(epochs, perEpoch);
  }

  private static void require(boolean condition, String complaint, int number, Object value) {
    if (!condition) {
      throw new PlanException("Phase %d %s.".formatted(number, complaint.formatted(value)));
    }
  }
}
