package io.topiary.sparsity.schedule;

/**
 * What retraining knows of the dense training: its learning rates L, one for each iteration. All
 * that is asked of them takes constant time.
 *
 * <p>Source: what the implementation behind the figures of Zimmer, Spiegel and Pokutta, 2023, ICLR
 * (arXiv 2111.00843) takes from the dense training.
 *
 * @param schedule of at least one iteration after its warm-up
 */
public record DenseHistory(DenseSchedule schedule) {

  public DenseHistory {
    if (schedule.iterations() <= schedule.warmUp()) {
      throw new ScheduleException(
          "The dense training has %d iterations, %d of them warm-up; retraining needs at least 1 after the warm-up."
              .formatted(schedule.iterations(), schedule.warmUp()));
    }
  }

  /** Iterations of the dense training. */
  public int length() {
    return schedule.iterations();
  }

  /** L[i]: the rate of an iteration counted from 0. */
  public double at(int iteration) {
    return schedule.learningRate(iteration);
  }

  /** L'[i]: the rate of an iteration, eta_1 throughout the warm-up. */
  public double withoutWarmUp(int iteration) {
    return at(Math.max(iteration, schedule.warmUp()));
  }

  /** eta_1 = max L: the rate with which the warm-up ends, after which no rate is higher. */
  public double etaOne() {
    return at(schedule.warmUp());
  }

  /** eta_min = min L outside the warm-up, which is the last rate. */
  public double etaMin() {
    return at(length() - 1);
  }
}
