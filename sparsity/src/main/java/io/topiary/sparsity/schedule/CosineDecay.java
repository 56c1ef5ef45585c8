package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * A warm-up from 0 to the peak along half a cosine, then the other half of it down towards 0. With
 * peak P, warm-up W, n iterations and m = n - W, iteration i has
 *
 * <pre>{@code
 * P (1 - cos(pi i / W)) / 2                 for i <= W, if W > 0
 * P (1 + cos(pi (i - W - 1) / m)) / 2       afterwards, if W > 0
 * P (1 + cos(pi i / n)) / 2                 if W = 0
 * }</pre>
 *
 * <p>so that after a warm-up the peak is used twice, as {@link LinearDecay} does. The second half
 * is computed as {@code P cos^2} of half the angle: the same, without the digits that the sum would
 * lose where the cosine is almost -1.
 *
 * <p>Source: Loshchilov and Hutter, 2017, SGDR: Stochastic Gradient Descent with Warm Restarts,
 * ICLR (arXiv 1608.03983), equation 5 with a minimum of 0, no restart, and a step for each
 * iteration; PyTorch's CosineAnnealingLR has the same rates. The warm-up is that of {@link
 * LinearDecay}.
 */
public record CosineDecay(double peak, int warmUp, int iterations) implements DenseSchedule {

  public CosineDecay {
    ScheduleException.requireNonNegative("The peak rate", peak);
    ScheduleException.requireWarmUp(warmUp, iterations);
  }

  @Override
  public DenseRule rule() {
    return DenseRule.COSINE;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    if (HalfCosine.covers(iteration, warmUp)) {
      return HalfCosine.rate(peak, iteration, warmUp);
    }
    return peak
        * HalfCosine.left(HalfCosine.past(iteration, warmUp) / (double) (iterations - warmUp));
  }
}
