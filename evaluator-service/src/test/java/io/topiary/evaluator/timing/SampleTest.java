package io.topiary.evaluator.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.evaluator.timing.Sample.Interval;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleTest {

  @Test
  void shouldTakeTheMiddle() {
    assertThat(new Sample(List.of(3.0, 1.0, 2.0)).median()).isEqualTo(2);
    assertThat(new Sample(List.of(4.0, 1.0, 3.0, 2.0)).median()).isEqualTo(2.5);
    assertThat(new Sample(List.of(7.0)).median()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({"100, 0.99, 99", "101, 0.99, 100", "9, 0.99, 9", "100, 0.5, 50", "1, 0.01, 1"})
  void shouldTakeTheNearestRank(int count, double share, double expected) {
    assertThat(oneTo(count).percentile(share)).isEqualTo(expected);
  }

  /** Ranks from tables of the sign test's confidence interval at 95%. */
  @ParameterizedTest
  @CsvSource({"6, 1, 6", "8, 1, 8", "9, 2, 8", "20, 6, 15", "50, 18, 33", "100, 40, 61"})
  void shouldBoundTheMedianByRanks(int count, double low, double high) {
    assertThat(oneTo(count).medianInterval()).hasValue(new Interval(low, high));
  }

  @Test
  void shouldNotBoundTheMedianOfTooFew() {
    assertThat(oneTo(5).medianInterval()).isEmpty();
  }

  @Test
  void shouldBoundTheMedianOfMany() {
    // Given ranks n/2 -+ 1.96 sqrt(n)/2 in the limit
    var count = 10_000;

    // When
    var interval = oneTo(count).medianInterval().orElseThrow();

    // Then
    assertThat(interval.low()).isCloseTo(5_000 - 98, within(2.0));
    assertThat(interval.high()).isCloseTo(5_001 + 98, within(2.0));
  }

  @Test
  void shouldCoverTheMedianAsOftenAsItSays() {
    // Given a lopsided distribution, the exponential, of median ln 2
    var seed = 20_261_122L;
    var random = new Random(seed);
    var trials = 2_000;

    // When
    var covered =
        IntStream.range(0, trials)
            .filter(
                trial -> {
                  var sample =
                      new Sample(
                          DoubleStream.generate(() -> -Math.log(1 - random.nextDouble()))
                              .limit(30)
                              .boxed()
                              .toList());
                  var interval = sample.medianInterval().orElseThrow();
                  return interval.low() <= Math.log(2) && Math.log(2) <= interval.high();
                })
            .count();

    // Then
    assertThat(covered / (double) trials).as("seed %d", seed).isBetween(0.94, 0.975);
  }

  @Test
  void shouldRefuseToSpeakOfNothing() {
    assertThatThrownBy(() -> new Sample(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  private static Sample oneTo(int count) {
    return new Sample(IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).toList());
  }
}
