package io.topiary.evaluator.timing;

import io.topiary.schemas.Latency;
import io.topiary.schemas.MeasuredSpeedup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What was measured of one batch size: rounds of one dense and one sparse pass each.
 *
 * @param warmUp passes of each that were thrown away before
 * @param dense milliseconds of the dense network's pass, by round
 * @param sparse the same of the sparse network's
 */
record TimedRounds(int batch, int warmUp, List<Double> dense, List<Double> sparse) {

  /** How much the dense baseline may drift before no speedup is told. */
  static final double MOST_DRIFT = 0.1;

  /** Parts of the measurement, one after the other, that each have a baseline of their own. */
  static final int PARTS = 3;

  TimedRounds {
    dense = List.copyOf(dense);
    sparse = List.copyOf(sparse);
    if (dense.size() != sparse.size() || dense.size() < 2 * PARTS) {
      throw new IllegalArgumentException(
          "%d dense and %d sparse passes".formatted(dense.size(), sparse.size()));
    }
  }

  /**
   * Largest over smallest median of the dense passes of the parts, less 1: 0 on a machine that is
   * as fast in the end as in the beginning.
   */
  double drift() {
    var medians =
        IntStream.range(0, PARTS)
            .mapToDouble(part -> new Sample(dense.subList(from(part), from(part + 1))).median())
            .summaryStatistics();
    return medians.getMax() / medians.getMin() - 1;
  }

  /**
   * As a record.
   *
   * @param fault why the sparse network's answers are none; no speedup is told then
   */
  MeasuredSpeedup toRecord(Optional<String> fault) {
    var drift = drift();
    var told =
        MeasuredSpeedup.newBuilder()
            .setBatch(batch)
            .setWarmUp(warmUp)
            .setRounds(dense.size())
            .setDense(latency(dense))
            .setSparse(latency(sparse))
            .setDrift(drift);
    var withheld = fault.or(() -> drifted(drift));
    if (withheld.isPresent()) {
      return told.setWithheld(withheld.get()).build();
    }
    var ratios =
        new Sample(
            IntStream.range(0, dense.size()).mapToObj(i -> dense.get(i) / sparse.get(i)).toList());
    told.setSpeedup(ratios.median());
    ratios
        .medianInterval()
        .ifPresent(interval -> told.setLow(interval.low()).setHigh(interval.high()));
    return told.build();
  }

  private static Optional<String> drifted(double drift) {
    return drift > MOST_DRIFT
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "The dense baseline drifted by %.1f%% between parts of the measurement; at most %.0f%% is a steady machine.",
                100 * drift,
                100 * MOST_DRIFT))
        : Optional.empty();
  }

  private int from(int part) {
    return part * dense.size() / PARTS;
  }

  private static Latency latency(List<Double> milliseconds) {
    var sample = new Sample(milliseconds);
    return new Latency(sample.median(), sample.percentile(0.99));
  }
}
