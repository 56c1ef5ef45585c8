package io.topiary.cli.compare.table;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.statistics.inference.TTest;

/**
 * Student's paired t-test, two-sided: whether one is better than another over the same seeds. t is
 * the mean of the differences over their standard error, with n - 1 degrees of freedom.
 *
 * @param difference mean of the first's figure less the second's
 * @param p probability of such a mean difference, or a larger one, if there were none
 * @param seeds n, of which both figures are known
 */
public record PairedTest(double difference, double p, int seeds) {

  /** What counts as more than chance, of one comparison by itself. */
  public static final double LEVEL = 0.05;

  /**
   * The test over the seeds that both have.
   *
   * @param first figures by seed
   * @param second figures by seed
   * @return absent for fewer than two seeds
   */
  public static Optional<PairedTest> of(Map<Long, Double> first, Map<Long, Double> second) {
    var seeds = first.keySet().stream().filter(second::containsKey).sorted().toList();
    if (seeds.size() < 2) {
      return Optional.empty();
    }
    var one = figures(first, seeds);
    var other = figures(second, seeds);
    var p = TTest.withDefaults().pairedTest(one, other).getPValue();
    var sum = 0.0;
    for (var i = 0; i < one.length; i++) {
      sum += one[i] - other[i];
    }
    // No difference at any seed: 0 over 0.
    return Optional.of(new PairedTest(sum / one.length, Double.isNaN(p) ? 1 : p, one.length));
  }

  /** Whether the first is better, by more than chance. */
  public boolean better() {
    return p < LEVEL && difference > 0;
  }

  /** Whether the first is worse, by more than chance. */
  public boolean worse() {
    return p < LEVEL && difference < 0;
  }

  private static double[] figures(Map<Long, Double> bySeed, List<Long> seeds) {
    return seeds.stream().mapToDouble(bySeed::get).toArray();
  }
}
