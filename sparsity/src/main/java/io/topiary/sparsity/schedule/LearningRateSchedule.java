package io.topiary.sparsity.schedule;

/** The learning rate of every iteration of one training. */
public sealed interface LearningRateSchedule permits DenseSchedule, RetrainingSchedule {

  /** How many iterations there are. */
  int iterations();

  /** Iterations until the peak; 0 when there is no warm-up. */
  int warmUp();

  /**
   * The learning rate of an iteration.
   *
   * @param iteration from 0 to {@code iterations() - 1}
   * @throws IndexOutOfBoundsException when there is no such iteration
   */
  double learningRate(int iteration);

  /** The highest rate, which follows the warm-up. */
  double peak();
}
