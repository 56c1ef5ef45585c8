package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * Learning rate rewinding: the last n rates of the dense training again, without a warm-up of its
 * own. Iteration i has
 *
 * <pre>{@code L[len(L) - n + i]}</pre>
 *
 * <p>Source: Renda, Frankle and Carbin, 2020, Comparing Rewinding and Fine-tuning in Neural Network
 * Pruning, ICLR (arXiv 2003.02389).
 *
 * @param iterations n, from 0 to the dense training's
 */
public record Lrw(DenseHistory history, int iterations) implements RetrainingSchedule {

  public Lrw {
    ScheduleException.requireIterations(iterations);
    if (iterations > history.length()) {
      throw new ScheduleException(
          "LRW cannot rewind %d iterations, as the dense training had %d; retraining must be no longer than that."
              .formatted(iterations, history.length()));
    }
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.LRW;
  }

  @Override
  public int warmUp() {
    return 0;
  }

  @Override
  public double peak() {
    return iterations == 0
        ? history.etaMin()
        : history.withoutWarmUp(history.length() - iterations);
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    return history.at(history.length() - iterations + iteration);
  }
}
