package io.topiary.sparsity.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetrainingScheduleTest {

  /** The last rate of the dense training is its lowest, 0.1 / 44. */
  private static final DenseHistory LINEAR = new DenseHistory(new LinearDecay(0.1, 0, 44));

  private static final Offset<Double> SIX_DIGITS = within(5.1e-7);
  private static final double EXACT = 1e-12;

  private static final double[] SLR = {
    0, .05, .1, .1, .095455, .090909, .086364, .081818, .075, .070455, .065909, .061364, .056818,
    .05, .045455, .040909, .036364, .031818, .025, .020455, .015909, .011364
  };

  private static final double[] CLR = {
    0, .05, .1, .1, .099398, .097608, .094674, .090668, .085688, .079858, .07332, .066236, .05878,
    .051136, .043492, .036037, .028953, .022415, .016585, .011605, .007599, .004664
  };

  private static final double[] LLR = {
    0, .05, .1, .1, .095, .09, .085, .08, .075, .07, .065, .06, .055, .05, .045, .04, .035, .03,
    .025, .02, .015, .01
  };

  @Test
  void shouldFollowThePublishedTraces() {
    assertThat(rates(RetrainingRule.SLR.schedule(LINEAR, 22, 0, 0)))
        .containsExactly(SLR, SIX_DIGITS);
    assertThat(rates(RetrainingRule.CLR.schedule(LINEAR, 22, 0, 0)))
        .containsExactly(CLR, SIX_DIGITS);
    assertThat(rates(RetrainingRule.LLR.schedule(LINEAR, 22, 0, 0)))
        .containsExactly(LLR, SIX_DIGITS);
    assertThat(rates(RetrainingRule.ALLR.schedule(LINEAR, 22, 0.85448, 0.5)))
        .containsExactly(DoubleStream.of(LLR).map(rate -> 0.85448 * rate).toArray(), within(EXACT));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 9, 10, 11, 19, 20, 22, 44, 100, 101, 1_000, 12_345})
  void shouldEqualTheClosedFormsForAnyNumberOfIterations(int n) {
    for (var seed = 0L; seed < 40; seed++) {
      // Given any dense training
      var random = new Random(seed);
      var dense = dense(random);
      var history = new DenseHistory(dense);
      var formulas = new PaperFormulas(rates(dense), dense.warmUp());
      var d1 = 1.5 * random.nextDouble();
      var d2 = random.nextDouble();

      // Then
      for (var rule : RetrainingRule.values()) {
        if (rule != RetrainingRule.LRW || n <= history.length()) {
          var schedule = rule.schedule(history, n, d1, d2);
          assertThat(farthest(rates(schedule), formulas.rates(rule, n, d1, d2)))
              .as("seed %d, %s after %s", seed, schedule, dense)
              .isLessThanOrEqualTo(EXACT);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldNeverBeNegativeNorAboveItsPeakNorAboveTheDenseOne(RetrainingRule rule) {
    for (var seed = 0L; seed < 300; seed++) {
      // Given
      var random = new Random(seed);
      var history = new DenseHistory(dense(random));
      var n = random.nextInt(Math.min(400, history.length()) + 1);

      // When
      var schedule = rule.schedule(history, n, 1.5 * random.nextDouble(), random.nextDouble());

      // Then
      var rates = rates(schedule);
      var as = "seed %d, %s".formatted(seed, schedule);
      assertThat(schedule.iterations()).as(as).isEqualTo(n);
      assertThat(schedule.rule()).as(as).isEqualTo(rule);
      assertThat(schedule.peak()).as(as).isBetween(0.0, history.etaOne());
      for (var rate : rates) {
        assertThat(rate).as(as).isBetween(0.0, schedule.peak());
      }
      if (n > 0) {
        assertThat(DoubleStream.of(rates).max()).as(as).hasValue(schedule.peak());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = RetrainingRule.class,
      names = {"SLR", "CLR", "LLR", "ALLR"})
  void shouldWarmUpOverATenthThenNeverRiseAgain(RetrainingRule rule) {
    for (var seed = 0L; seed < 300; seed++) {
      // Given
      var random = new Random(seed);
      var history = new DenseHistory(dense(random));
      var n = random.nextInt(400);
      var schedule = rule.schedule(history, n, random.nextDouble(), random.nextDouble());
      var rates = rates(schedule);
      var w = schedule.warmUp();

      // Then
      var as = "seed %d, %s".formatted(seed, schedule);
      assertThat(w).as(as).isEqualTo((int) Math.floor(0.1 * n));
      for (var i = 1; i < n; i++) {
        if (w > 0 && i <= w) {
          assertThat(rates[i]).as(as).isGreaterThan(rates[i - 1]);
        } else {
          assertThat(rates[i]).as(as).isLessThanOrEqualTo(rates[i - 1]);
        }
      }
      if (w > 0) {
        assertThat(rates[0]).as(as).isZero();
        assertThat(rates[w]).as(as).isEqualTo(schedule.peak());
        assertThat(rates[w + 1]).as(as).isEqualTo(schedule.peak());
      }
    }
  }

  @Test
  void shouldPeakWithAllrBetweenD2EtaOneAndEtaOne() {
    for (var seed = 0L; seed < 1_000; seed++) {
      // Given
      var random = new Random(seed);
      var history = new DenseHistory(dense(random));
      var d2 = random.nextDouble();

      // When
      var peak = RetrainingRule.ALLR.schedule(history, 50, 3 * random.nextDouble(), d2).peak();

      // Then
      assertThat(peak).as("seed %d", seed).isBetween(d2 * history.etaOne(), history.etaOne());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10, 11, 100, 12_345})
  void shouldBeLlrWhenAllrIsGivenAllOfThePeak(int n) {
    var llr = rates(RetrainingRule.LLR.schedule(LINEAR, n, 0, 0));
    assertThat(rates(RetrainingRule.ALLR.schedule(LINEAR, n, 1, 0.2))).containsExactly(llr);
    assertThat(rates(RetrainingRule.ALLR.schedule(LINEAR, n, 0.2, 1))).containsExactly(llr);
  }

  @Test
  void shouldTakeTheLastRateAndTheTailOfASteppedTraining() {
    // Given a training whose rate fell at iterations 30, 60 and 80
    var stepped = new DenseHistory(StepDecay.threeDrops(0.1, 0, 90));

    // Then
    assertThat(rates(RetrainingRule.FT.schedule(stepped, 3, 0, 0)))
        .containsExactly(new double[] {1e-4, 1e-4, 1e-4}, within(EXACT));
    assertThat(rates(RetrainingRule.LRW.schedule(stepped, 12, 0, 0)))
        .containsExactly(
            new double[] {1e-3, 1e-3, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4, 1e-4},
            within(EXACT));
    // All of it
    assertThat(rates(RetrainingRule.LRW.schedule(stepped, 90, 0, 0)))
        .containsExactly(rates(stepped.schedule()));
  }

  @Test
  void shouldRewindIntoTheDenseWarmUpAsItWas() {
    // Given
    var dense = new DenseHistory(new LinearDecay(0.1, 4, 20));

    // Then the peak is still the peak
    var lrw = RetrainingRule.LRW.schedule(dense, 18, 0, 0);
    assertThat(rates(lrw)).containsExactly(Arrays.copyOfRange(rates(dense.schedule()), 2, 20));
    assertThat(lrw.peak()).isEqualTo(0.1);
  }

  @Test
  void shouldRefuseToRewindBeyondTheStart() {
    assertThatThrownBy(() -> new Lrw(LINEAR, 45))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "LRW cannot rewind 45 iterations, as the dense training had 44; retraining must be no longer than that.");
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldHaveRatesForALongTrainingInNoTime(RetrainingRule rule) {
    // Given a history that would take days to walk through for every rate
    var history = new DenseHistory(StepDecay.threeDrops(0.1, 1_000, 2_000_000_000));
    var n = 100_000;
    var schedule = rule.schedule(history, n, 0.3, 0.2);

    // Then
    assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThat(rates(schedule)).hasSize(n));
  }

  @Test
  void shouldScaleALongHistoryWithoutOverflow() {
    // Given products of index and length far above what an int holds
    var length = Integer.MAX_VALUE;
    var history = new DenseHistory(new LinearDecay(0.1, 0, length));
    var n = 2_000_000_000;
    var slr = new Slr(history, n);
    var m = n - n / 10;

    // Then the last index is floor((m - 2) length / m)
    var last = (long) Math.floor(length - 2.0 * length / m) / (double) length;
    assertThat(slr.learningRate(n - 1)).isCloseTo(0.1 * (1 - last), within(1e-9)).isPositive();
    assertThat(slr.learningRate(n / 2))
        .isCloseTo(0.1 * (1 - (0.5 * n - n / 10.0) / m), within(1e-9));
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldRefuseIterationsThatDoNotExist(RetrainingRule rule) {
    var schedule = rule.schedule(LINEAR, 22, 0.5, 0.5);
    assertThatThrownBy(() -> schedule.learningRate(22))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> schedule.learningRate(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> rule.schedule(LINEAR, -1, 0.5, 0.5))
        .isInstanceOf(ScheduleException.class)
        .hasMessage("There cannot be -1 iterations.");
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldFindEveryRuleByItsName(RetrainingRule rule) {
    assertThat(RetrainingRule.named(rule.label())).isEqualTo(rule);
  }

  @Test
  void shouldListTheRulesWhenAskedForAnother() {
    assertThatThrownBy(() -> RetrainingRule.named("cosine"))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "There is no retraining schedule 'cosine'; known are ft, lrw, slr, clr, llr, allr.");
  }

  @Test
  void shouldRefuseRatesThatAreNone() {
    assertThatThrownBy(() -> new Ft(Double.NaN, 3))
        .hasMessage("The lowest dense rate is NaN; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> new Llr(-1, 3))
        .hasMessage("The highest dense rate is -1.0; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> new Clr(0.1, 0.2, 3))
        .hasMessage(
            "The lowest dense rate is 0.2; it must be at least 0, and at most the highest, 0.1.");
  }

  private static DenseSchedule dense(Random random) {
    var peak = random.nextDouble() + 1e-3;
    var n = random.nextInt(1, 600);
    var warmUp = random.nextBoolean() ? 0 : random.nextInt(n);
    var rule = List.of(DenseRule.values()).get(random.nextInt(DenseRule.values().length));
    if (rule != DenseRule.STEP) {
      return rule.schedule(peak, warmUp, n);
    }
    var milestones = IntStream.range(warmUp + 1, n).filter(i -> random.nextInt(100) == 0).boxed();
    return new StepDecay(peak, warmUp, n, milestones.toList(), 0.1 + 0.9 * random.nextDouble());
  }

  private static double farthest(double[] rates, double[] expected) {
    assertThat(rates).hasSameSizeAs(expected);
    return IntStream.range(0, rates.length)
        .mapToDouble(i -> Math.abs(rates[i] - expected[i]))
        .max()
        .orElse(0);
  }

  private static double[] rates(LearningRateSchedule schedule) {
    return IntStream.range(0, schedule.iterations()).mapToDouble(schedule::learningRate).toArray();
  }
}
