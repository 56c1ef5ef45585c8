package io.topiary.cli.compare.table;

import java.util.Collection;
import java.util.Optional;

/**
 * Mean and sample standard deviation of a figure over seeds.
 *
 * @param mean x = (x_1 + ... + x_n) / n
 * @param deviation sqrt(sum of (x_i - x)^2 / (n - 1)); absent for fewer than two
 * @param count n
 */
public record Spread(double mean, Optional<Double> deviation, int count) {

  /** That of the values; absent where there are none. */
  public static Optional<Spread> of(Collection<Double> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    var mean = values.stream().mapToDouble(value -> value).average().orElseThrow();
    var squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    var deviation =
        values.size() < 2
            ? Optional.<Double>empty()
            : Optional.of(Math.sqrt(squares / (values.size() - 1)));
    return Optional.of(new Spread(mean, deviation, values.size()));
  }
}
