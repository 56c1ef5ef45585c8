package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * A warm-up from 0 to the peak along half a cosine, then a straight line towards 0. With peak P,
 * warm-up W, n iterations and m = n - W, iteration i has
 *
 * <pre>{@code
 * P (1 - cos(pi i / W)) / 2      for i <= W, if W > 0
 * P (1 - (i - W - 1) / m)        afterwards, if W > 0
 * P (1 - i / n)                  if W = 0
 * }</pre>
 *
 * <p>so that after a warm-up the peak is used twice. The line would reach 0 one iteration after the
 * last if there is no warm-up, and two after it if there is one.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3, and the implementation its figures were made with.
 */
public record LinearDecay(double peak, int warmUp, int iterations) implements DenseSchedule {

  public LinearDecay {
    ScheduleException.requireNonNegative("The peak rate", peak);
    ScheduleException.requireWarmUp(warmUp, iterations);
  }

  @Override
  public DenseRule rule() {
    return DenseRule.LINEAR;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    if (HalfCosine.covers(iteration, warmUp)) {
      return HalfCosine.rate(peak, iteration, warmUp);
    }
    return peak * (1 - HalfCosine.past(iteration, warmUp) / (double) (iterations - warmUp));
  }
}
