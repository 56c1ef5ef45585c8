package io.topiary.sparsity.schedule;

/** The learning rate of every iteration of one training. */
public sealed interface LearningRateSchedule permits DenseSchedule, RetrainingSchedule {

  /** How many iterations there are. */
  int iterations();

  /**
   * W: iterations of the schedule's own warm-up, which lead from 0 (1-cycle's from a 25th of the
   * peak) to the peak; 0 when it has none. LRW has none even where it takes up the dense training
   * within the latter's warm-up.
   */
  int warmUp();

  /**
   * The learning rate of an iteration.
   *
   * @param iteration from 0 to {@code iterations() - 1}
   * @throws IndexOutOfBoundsException when there is no such iteration
   */
  double learningRate(int iteration);

  /**
   * The rate that no iteration exceeds. One of them has it, unless there are no iterations, or all
   * of them are warm-up.
   */
  double peak();
}
