package io.topiary.sparsity.schedule;

import java.util.Objects;

/**
 * A warm-up from 0 to the peak along half a cosine, then a straight line that would reach 0 one
 * iteration after the last. With peak P, warm-up W, n iterations and m = n - W, iteration i has
 *
 * <pre>{@code
 * P (1 - cos(pi i / W)) / 2      for i <= W, if W > 0
 * P (1 - (i - W - 1) / m)        afterwards, if W > 0
 * P (1 - i / n)                  if W = 0
 * }</pre>
 *
 * <p>so that after a warm-up the peak is used twice. With W = floor(0.1 n) and the dense training's
 * highest rate as its peak, this is LLR.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843), section 3, and the implementation its figures were made with.
 */
public record LinearDecay(double peak, int warmUp, int iterations) implements LearningRateSchedule {

  public LinearDecay {
    if (!(peak >= 0 && peak < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the peak rate is " + peak + "; it must be at least 0");
    }
    if (iterations < 0) {
      throw new IllegalArgumentException("there cannot be " + iterations + " iterations");
    }
    if (warmUp < 0 || warmUp > iterations) {
      throw new IllegalArgumentException(
          "the warm-up is %d of %d iterations".formatted(warmUp, iterations));
    }
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    if (warmUp == 0) {
      return peak * (1 - iteration / (double) iterations);
    }
    if (iteration <= warmUp) {
      return peak * (1 - Math.cos(Math.PI * iteration / warmUp)) / 2;
    }
    return peak * (1 - (iteration - warmUp - 1) / (double) (iterations - warmUp));
  }
}
