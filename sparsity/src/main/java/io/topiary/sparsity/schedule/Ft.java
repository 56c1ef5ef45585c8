package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * Fine-tuning: the dense training's last rate throughout, without warm-up.
 *
 * <pre>{@code eta_min}</pre>
 *
 * <p>Source: Han, Pool, Tran and Dally, 2015, Learning both Weights and Connections for Efficient
 * Neural Networks, NIPS (arXiv 1506.02626).
 *
 * @param etaMin the lowest rate of the dense training, its warm-up aside
 * @param iterations n, at least 0
 */
public record Ft(double etaMin, int iterations) implements RetrainingSchedule {

  public Ft {
    ScheduleException.requireNonNegative("The lowest dense rate", etaMin);
    ScheduleException.requireIterations(iterations);
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.FT;
  }

  @Override
  public int warmUp() {
    return 0;
  }

  @Override
  public double peak() {
    return etaMin;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    return etaMin;
  }
}
