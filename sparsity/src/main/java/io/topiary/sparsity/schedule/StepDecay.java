package io.topiary.sparsity.schedule;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A warm-up from 0 to the peak along half a cosine, then constant but for the milestones, at each
 * of which the rate is multiplied by the factor. With peak P, warm-up W and factor f, iteration i
 * has
 *
 * <pre>{@code
 * P (1 - cos(pi i / W)) / 2      for i <= W, if W > 0
 * P f^(milestones up to i)       otherwise
 * }</pre>
 *
 * <p>Source: PyTorch's MultiStepLR, stepped by iteration; the warm-up is that of {@link
 * LinearDecay}, from the implementation of Zimmer, Spiegel and Pokutta, 2023, ICLR (arXiv
 * 2111.00843).
 *
 * @param milestones iterations, counted from 0, the first with the lower rate; rising, all after
 *     the warm-up and before the end
 * @param factor above 0 and at most 1
 */
public record StepDecay(
    double peak, int warmUp, int iterations, List<Integer> milestones, double factor)
    implements DenseSchedule {

  public StepDecay {
    ScheduleException.requireNonNegative("The peak rate", peak);
    ScheduleException.requireWarmUp(warmUp, iterations);
    milestones = List.copyOf(milestones);
    var earliest = warmUp + 1;
    for (int milestone : milestones) {
      if (milestone < earliest || milestone >= iterations) {
        throw new ScheduleException(
            "The milestones are %s in %d iterations of which %d are warm-up; they must rise, and lie after the warm-up and before the end."
                .formatted(milestones, iterations, warmUp));
      }
      earliest = milestone + 1;
    }
    if (!(factor > 0 && factor <= 1)) {
      throw new ScheduleException(
          "The factor at a milestone is %s; it must be above 0 and at most 1.".formatted(factor));
    }
  }

  /**
   * Drops to a tenth after 1/3, 2/3 and 8/9 of the iterations, as networks are commonly trained.
   * Milestones that would fall into the warm-up, or together in a very short training, are left
   * out.
   */
  public static StepDecay threeDrops(double peak, int warmUp, int iterations) {
    var milestones =
        IntStream.of(3, 6, 8)
            .map(ninths -> (int) Math.rint(iterations * (ninths / 9.0)))
            .filter(milestone -> milestone > warmUp && milestone < iterations)
            .distinct()
            .boxed()
            .toList();
    return new StepDecay(peak, warmUp, iterations, milestones, 0.1);
  }

  @Override
  public DenseRule rule() {
    return DenseRule.STEP;
  }

  @Override
  public double learningRate(int iteration) {
    Objects.checkIndex(iteration, iterations);
    if (HalfCosine.covers(iteration, warmUp)) {
      return HalfCosine.rate(peak, iteration, warmUp);
    }
    var rate = peak;
    for (int milestone : milestones) {
      if (milestone <= iteration) {
        rate *= factor;
      }
    }
    return rate;
  }
}
