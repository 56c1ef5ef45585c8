package io.topiary.engine;

import io.topiary.sparsity.InvalidInputException;
import java.util.Locale;

/**
 * Training whose loss or weights are no longer finite numbers. The same run would diverge again.
 */
public final class TrainingDivergedException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  private final int epoch;
  private final double learningRate;

  TrainingDivergedException(String what, int epoch, double learningRate) {
    super(
        String.format(
            Locale.ROOT,
            "Training diverged: %s in epoch %d at learning rate %.4g; a lower peak rate would be"
                + " right.",
            what,
            epoch,
            learningRate));
    this.epoch = epoch;
    this.learningRate = learningRate;
  }

  /** The epoch in which it happened, counted from 1. */
  public int epoch() {
    return epoch;
  }

  /** The learning rate at which it happened. */
  public double learningRate() {
    return learningRate;
  }
}
