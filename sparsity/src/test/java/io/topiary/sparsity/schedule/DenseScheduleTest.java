package io.topiary.sparsity.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DenseScheduleTest {

  private static final double RELATIVE = 1e-12;

  /** What PyTorch says, see rates.py beside the file. */
  record Reference(DenseSchedule schedule, List<Double> rates) {

    static Reference of(String line) {
      var words = line.split(" ", -1);
      var schedule =
          DenseRule.valueOf(words[0])
              .schedule(
                  Double.parseDouble(words[1]),
                  Integer.parseInt(words[2]),
                  Integer.parseInt(words[3]));
      return new Reference(schedule, Stream.of(words).skip(4).map(Double::valueOf).toList());
    }

    @Override
    public String toString() {
      return schedule.toString();
    }
  }

  static Stream<Reference> references() throws IOException {
    try (var file =
        Objects.requireNonNull(
            DenseScheduleTest.class.getResourceAsStream("reference/rates.txt"))) {
      return new String(file.readAllBytes(), UTF_8).lines().map(Reference::of).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("references")
  void shouldHaveTheRatesOfPyTorchsSchedulers(Reference reference) {
    var rates = rates(reference.schedule());

    assertThat(rates).hasSize(reference.rates().size());
    for (var i = 0; i < rates.length; i++) {
      assertThat(rates[i] / reference.rates().get(i))
          .as("iteration %d", i)
          .isCloseTo(1, within(RELATIVE));
    }
  }

  @Test
  void shouldFallAlongHalfACosineAfterTheWarmUp() {
    // Given two iterations of warm-up, then m = 4: cosines of 0, 45 and 90 degrees
    var cosine = new CosineDecay(0.8, 2, 6);

    // Then
    var half = Math.sqrt(0.5);
    assertThat(rates(cosine))
        .containsExactly(new double[] {0, 0.4, 0.8, 0.8, 0.4 * (1 + half), 0.4}, within(1e-15));
  }

  @Test
  void shouldRiseFromATwentyFifthAndFallToAlmostNothing() {
    // Given a rise over two iterations and a fall over two
    var cycle = new OneCycle(1, 2, 5);

    // Then each half cosine is halfway in its middle
    assertThat(rates(cycle))
        .containsExactly(new double[] {0.04, 0.52, 1, (1 + 4e-6) / 2, 4e-6}, within(1e-15));
    assertThat(new DenseHistory(cycle).etaMin()).isEqualTo(1.0 / 25 / 1e4);
  }

  @Test
  void shouldFallAtOnceWhereACycleHasNoRise() {
    assertThat(rates(new OneCycle(1, 0, 3)))
        .containsExactly(new double[] {1, (1 + 4e-6) / 2, 4e-6}, within(1e-15));
    assertThat(rates(new OneCycle(1, 0, 1))).containsExactly(1);
    assertThat(rates(new OneCycle(1, 0, 0))).isEmpty();
    assertThat(rates(new OneCycle(1, 2, 2)))
        .containsExactly(new double[] {0.04, 0.52}, within(1e-15));
  }

  @ParameterizedTest
  @EnumSource(DenseRule.class)
  void shouldRiseToThePeakThenNeverRiseAgainForAnyLength(DenseRule rule) {
    for (var seed = 0L; seed < 500; seed++) {
      // Given
      var random = new Random(seed);
      var n = random.nextInt(1, 400);
      var w = random.nextBoolean() ? 0 : random.nextInt(n);
      var schedule = rule.schedule(random.nextDouble() + 1e-3, w, n);

      // When
      var rates = rates(schedule);

      // Then
      var as = "seed %d, %s".formatted(seed, schedule);
      assertThat(schedule.rule()).as(as).isEqualTo(rule);
      assertThat(rates[w]).as(as).isEqualTo(schedule.peak());
      assertThat(DoubleStream.of(rates).max()).as(as).hasValue(schedule.peak());
      assertThat(DoubleStream.of(rates).min().orElseThrow()).as(as).isNotNegative();
      for (var i = 1; i < n; i++) {
        if (i <= w) {
          assertThat(rates[i]).as(as).isGreaterThan(rates[i - 1]);
        } else {
          assertThat(rates[i]).as(as).isLessThanOrEqualTo(rates[i - 1]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DenseRule.class,
      names = {"LINEAR", "COSINE"})
  void shouldGoOnAfterTheWarmUpAsATrainingOfTheRestWould(DenseRule rule) {
    var warm = rule.schedule(0.4, 30, 130);
    var cold = rule.schedule(0.4, 0, 100);
    for (var j = 0; j < 99; j++) {
      assertThat(warm.learningRate(31 + j)).isEqualTo(cold.learningRate(j));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DenseRule.class,
      names = {"COSINE", "ONE_CYCLE"})
  void shouldKeepItsOrderOverBillionsOfIterations(DenseRule rule) {
    // Given
    var n = Integer.MAX_VALUE;
    var history = new DenseHistory(rule.schedule(0.1, n / 10, n));

    // Then
    assertThat(history.etaOne()).isEqualTo(0.1);
    assertThat(history.at(n - 2)).isGreaterThanOrEqualTo(history.etaMin());
    assertThat(history.etaMin()).isNotNegative();
    assertThat(history.at(n / 10 - 1)).isLessThanOrEqualTo(0.1);
    assertThat(history.at(n / 10 + 1)).isLessThanOrEqualTo(0.1);
  }

  @ParameterizedTest
  @EnumSource(DenseRule.class)
  void shouldFindEveryRuleByItsName(DenseRule rule) {
    assertThat(DenseRule.named(rule.label())).isEqualTo(rule);
  }

  @ParameterizedTest
  @EnumSource(DenseRule.class)
  void shouldRefuseWhatIsNoSchedule(DenseRule rule) {
    assertThatThrownBy(() -> rule.schedule(Double.NaN, 0, 3))
        .hasMessage("The peak rate is NaN; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> rule.schedule(0.1, 4, 3))
        .hasMessage("The warm-up is 4 of 3 iterations; it must be part of them.");
    assertThatThrownBy(() -> rule.schedule(0.1, 0, 3).learningRate(3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> rule.schedule(0.1, 0, 3).learningRate(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldListTheRulesWhenAskedForAnother() {
    assertThatThrownBy(() -> DenseRule.named("sgdr"))
        .isInstanceOf(ScheduleException.class)
        .hasMessage("There is no dense schedule 'sgdr'; known are linear, step, cosine, 1-cycle.");
  }

  private static double[] rates(LearningRateSchedule schedule) {
    return IntStream.range(0, schedule.iterations()).mapToDouble(schedule::learningRate).toArray();
  }
}
