package io.topiary.evaluator.timing;

import java.util.List;
import java.util.Optional;

/** Measurements of one quantity, taken as independent of each other. Nothing else is assumed. */
record Sample(List<Double> ascending) {

  /** Of each end of a 95% confidence interval. */
  private static final double TAIL = 0.025;

  /** Bounds, both of them measurements. */
  record Interval(double low, double high) {}

  /**
   * @param ascending at least one measurement, in any order
   */
  Sample {
    if (ascending.isEmpty()) {
      throw new IllegalArgumentException("there is no measurement");
    }
    ascending = ascending.stream().sorted().toList();
  }

  /** The middle one, or the mean of the two in the middle. */
  double median() {
    var upper = ascending.size() / 2;
    return ascending.size() % 2 == 1
        ? ascending.get(upper)
        : (ascending.get(upper - 1) + ascending.get(upper)) / 2;
  }

  /**
   * The smallest measurement that at least this share of all does not exceed (nearest rank).
   *
   * @param share above 0, at most 1
   */
  double percentile(double share) {
    var rank = (int) Math.ceil(share * ascending.size());
    return ascending.get(Math.max(1, rank) - 1);
  }

  /**
   * A confidence interval of the median, of 95% at least: the k-th smallest and the k-th largest of
   * the n measurements, for the largest k at which
   *
   * <pre>{@code
   * P(B < k) <= 0.025,  B ~ Binomial(n, 1/2)
   * }</pre>
   *
   * <p>B being how many measurements fall below the median, whatever their distribution. Source:
   * David and Nagaraja, 2003, Order Statistics, 3rd edition, section 7.1; recommended for run times
   * by Hoefler and Belli, 2015, Scientific Benchmarking of Parallel Computing Systems, SC.
   *
   * @return absent for less than 6 measurements, of which even the extremes are not sure enough
   */
  Optional<Interval> medianInterval() {
    var n = ascending.size();
    var k = 0;
    var logProbability = -n * Math.log(2);
    var below = Math.exp(logProbability);
    while (below <= TAIL) {
      k++;
      logProbability += Math.log((n - k + 1) / (double) k);
      below += Math.exp(logProbability);
    }
    return k == 0
        ? Optional.empty()
        : Optional.of(new Interval(ascending.get(k - 1), ascending.get(n - k)));
  }
}
