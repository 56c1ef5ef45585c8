package io.topiary.evaluator.timing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Times two networks in turn. Both are warmed up; then come rounds of one pass of each, the dense
 * one first in every other round, so that a machine that gets slower or faster meets both alike.
 */
final class Stopwatch {

  private static final int LEAST_WARM_UP = 2;
  private static final double NANOS_PER_MILLI = 1e6;

  private final TimingSettings settings;
  private final LongSupplier nanoTime;

  Stopwatch(TimingSettings settings, LongSupplier nanoTime) {
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  /**
   * Times passes of one batch size.
   *
   * @param goOn is called between rounds; what it throws ends the timing
   * @return absent when the least number of rounds would take longer than the limit
   */
  Optional<TimedRounds> time(int batch, Runnable dense, Runnable sparse, Runnable goOn) {
    var start = nanoTime.getAsLong();
    var warmUp = 0;
    var lastRound = 0L;
    while (warmUp < LEAST_WARM_UP || within(start, settings.budget().dividedBy(2))) {
      goOn.run();
      lastRound = nanos(dense) + nanos(sparse);
      warmUp++;
    }
    if (lastRound > settings.limit().toNanos() / TimingSettings.LEAST_ROUNDS) {
      return Optional.empty();
    }
    return Optional.of(rounds(batch, warmUp, dense, sparse, goOn));
  }

  private TimedRounds rounds(
      int batch, int warmUp, Runnable dense, Runnable sparse, Runnable goOn) {
    List<Double> denseMillis = new ArrayList<>();
    List<Double> sparseMillis = new ArrayList<>();
    var start = nanoTime.getAsLong();
    for (var round = 0;
        round < TimingSettings.LEAST_ROUNDS
            || (round < settings.rounds() && within(start, settings.budget()));
        round++) {
      goOn.run();
      if (round % 2 == 0) {
        denseMillis.add(nanos(dense) / NANOS_PER_MILLI);
        sparseMillis.add(nanos(sparse) / NANOS_PER_MILLI);
      } else {
        sparseMillis.add(nanos(sparse) / NANOS_PER_MILLI);
        denseMillis.add(nanos(dense) / NANOS_PER_MILLI);
      }
    }
    return new TimedRounds(batch, warmUp, denseMillis, sparseMillis);
  }

  /** Whether there is time left. */
  private boolean within(long start, Duration budget) {
    return nanoTime.getAsLong() - start < budget.toNanos();
  }

  private long nanos(Runnable pass) {
    var start = nanoTime.getAsLong();
    pass.run();
    return nanoTime.getAsLong() - start;
  }
}
