package io.topiary.sparsity.schedule;

/**
 * Linear learning rate restarting: {@link LinearDecay} from eta_1, the dense training's highest
 * rate, after a warm-up over a tenth of the iterations. With W = floor(n / 10) and m = n - W,
 * iteration i has
 *
 * <pre>{@code
 * eta_1 (1 - cos(pi i / W)) / 2      for i <= W, if W > 0
 * eta_1 (1 - j / m)                  otherwise, j = i - W - 1, or j = i if W = 0
 * }</pre>
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3.
 *
 * @param etaOne the highest rate of the dense training
 * @param iterations n, at least 0
 */
public record Llr(double etaOne, int iterations) implements RetrainingSchedule {

  public Llr {
    ScheduleException.requireNonNegative("The highest dense rate", etaOne);
    ScheduleException.requireIterations(iterations);
  }

  @Override
  public RetrainingRule rule() {
    return RetrainingRule.LLR;
  }

  @Override
  public double peak() {
    return etaOne;
  }

  @Override
  public double learningRate(int iteration) {
    return new LinearDecay(peak(), warmUp(), iterations).learningRate(iteration);
  }
}
