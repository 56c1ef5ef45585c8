package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * Scaled learning rate restarting: after a warm-up over a tenth of the iterations, all rates of the
 * dense training in their order, scaled in time to the iterations that are left. With L' the dense
 * rates whose warm-up is replaced by eta_1, W = floor(n / 10) and m = n - W, iteration i has
 *
 * <pre>{@code
 * eta_1 (1 - cos(pi i / W)) / 2      for i <= W, if W > 0
 * L'[floor(j len(L) / m)]            otherwise, j = i - W - 1, or j = i if W = 0
 * }</pre>
 *
 * <p>Source: Le and Hua, 2021, Network Pruning That Matters: A Case Study on Retraining Variants,
 * ICLR (arXiv 2105.03193), in the form of Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv
 * 2111.00843).
 *
 * @param iterations n, at least 0
 */
public record Slr(DenseHistory history, int iterations) implements RetrainingSchedule {

  public Slr {
    ScheduleException.requireIterations(iterations);
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.SLR;
  }

  @Override
  public double peak() {
    return history.etaOne();
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    var w = warmUp();
    if (HalfCosine.covers(iteration, w)) {
      return HalfCosine.rate(peak(), iteration, w);
    }
    long j = HalfCosine.past(iteration, w);
    return history.withoutWarmUp((int) (j * history.length() / (iterations - w)));
  }
}
