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
 * @param sparsity after this phase, over all prunable weights: 1 - (1 - p)^number
 * @param epochs T_rt of retraining; may be fractional, and 0
 * @param d2 ALLR's d2: min(1, T_rt / T), with T the epochs of the dense training
 */
public record Phase(int number, double fraction, double sparsity, double epochs, double d2) {

  /** n = rint(T_rt iterations per epoch). */
  public int iterations(int perEpoch) {
    return Iterations.of(epochs, perEpoch);
  }
}
