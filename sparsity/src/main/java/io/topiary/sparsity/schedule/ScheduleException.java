package io.topiary.sparsity.schedule;

import io.topiary.sparsity.InvalidInputException;

/** Learning rates that cannot be had as asked for. */
public final class ScheduleException extends InvalidInputException {

  private static final long serialVersionUID = 1L;

  ScheduleException(String sentence) {
    super(sentence);
  }

  static void requireNonNegative(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new ScheduleException(
          "%s is %s; it must be a finite number of at least 0.".formatted(what, value));
    }
  }

  static void requireIterations(int iterations) {
    if (iterations < 0) {
      throw new ScheduleException("There cannot be %d iterations.".formatted(iterations));
    }
  }

  static void requireWarmUp(int warmUp, int iterations) {
    requireIterations(iterations);
    if (warmUp < 0 || warmUp > iterations) {
      throw new ScheduleException(
          "The warm-up is %d of %d iterations; it must be part of them."
              .formatted(warmUp, iterations));
    }
  }
}
