package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * Cyclic learning rate restarting: after a warm-up, half a cosine from the dense training's highest
 * to its lowest rate. With W = floor(n / 10) and m = n - W, iteration i has
 *
 * <pre>{@code
 * eta_1 (1 - cos(pi i / W)) / 2                              for i <= W, if W > 0
 * eta_min + (eta_1 - eta_min) (1 + cos(pi j / m)) / 2        otherwise,
 *                                                            j = i - W - 1, or j = i if W = 0
 * }</pre>
 *
 * <p>Source: Le and Hua, 2021, Network Pruning That Matters: A Case Study on Retraining Variants,
 * ICLR (arXiv 2105.03193), in the form of Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv
 * 2111.00843).
 *
 * @param etaOne the highest rate of the dense training
 * @param etaMin its lowest, its warm-up aside
 * @param iterations n, at least 0
 */
public record Clr(double etaOne, double etaMin, int iterations) implements RetrainingSchedule {

  public Clr {
    ScheduleException.requireNonNegative("The highest dense rate", etaOne);
    if (!(etaMin >= 0 && etaMin <= etaOne)) {
      throw new ScheduleException(
          "The lowest dense rate is %s; it must be at least 0, and at most the highest, %s."
              .formatted(etaMin, etaOne));
    }
    ScheduleException.requireIterations(iterations);
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.CLR;
  }

  @Override
  public double peak() {
    return etaOne;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    var w = warmUp();
    if (HalfCosine.covers(iteration, w)) {
      return HalfCosine.rate(peak(), iteration, w);
    }
    var angle = Math.PI * HalfCosine.past(iteration, w) / (iterations - w);
    // The same from above: rounding cannot lift it over the peak.
    return etaOne - (etaOne - etaMin) * (1 - StrictMath.cos(angle)) / 2;
  }
}
