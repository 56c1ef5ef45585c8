package io.topiary.sparsity.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.sparsity.selection.RelativeNormDrop;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateScheduleTest {

  private static final Offset<Double> EXACT = within(1e-15);

  /** The first two iterations warm up, the peak is used twice, then it falls by a twentieth. */
  private static final double[] LLR = {
    0, .05, .1, .1, .095, .09, .085, .08, .075, .07, .065, .06, .055, .05, .045, .04, .035, .03,
    .025, .02, .015, .01
  };

  @Test
  void shouldFollowTheTraceOfLlr() {
    assertTrace(new LinearDecay(0.1, 2, 22), LLR);
  }

  @Test
  void shouldFollowTheTraceOfAllrWhichIsThatOfLlrScaledByD() {
    // Given
    var allr = new Allr(0.1, 0.85448, 0.5, 22);

    // Then
    assertThat(allr.warmUp()).isEqualTo(2);
    assertThat(allr.peak()).isCloseTo(0.085448, EXACT);
    assertTrace(allr, DoubleStream.of(LLR).map(rate -> 0.85448 * rate).toArray());
  }

  @Test
  void shouldDecayFromThePeakAtOnceWithoutWarmUp() {
    // Given the dense training whose decay would reach 0 at iteration 44
    var dense = new LinearDecay(0.1, 0, 44);

    // Then
    assertTrace(dense, IntStream.range(0, 44).mapToDouble(i -> 0.1 * (1 - i / 44.0)).toArray());
  }

  @Test
  void shouldTakeD1FromTheNormDropAndTheFractionPruned() {
    // theta = (1, 2, 3, 4), half of it pruned
    assertThat(Allr.d1(RelativeNormDrop.of(30, 5), 0.5)).isCloseTo(0.577350, within(5e-7));
  }

  @ParameterizedTest
  @CsvSource({"0.45661, 0.57454", "0.64857, 0.81609", "0.63714, 0.80171"})
  void shouldTakeD1AnewInEveryPhase(double relativeNormDrop, double d1) {
    // Given sparsity 0.95 in three phases
    var fraction = 1 - Math.cbrt(1 - 0.95);

    // Then
    assertThat(fraction).isCloseTo(0.631597, within(5e-7));
    assertThat(Allr.d1(relativeNormDrop, fraction)).isCloseTo(d1, within(1e-5));
  }

  @ParameterizedTest
  @CsvSource({"0.3, 0.2, 0.3", "0.1, 0.2, 0.2", "1.4, 0.2, 1", "0, 0, 0", "0, 1, 1"})
  void shouldTakeTheLargerOfD1AndD2UpToOne(double d1, double d2, double d) {
    assertThat(new Allr(0.1, d1, d2, 10).d()).isEqualTo(d);
  }

  @Test
  void shouldGuardWhereTheFormulasAreUndefined() {
    // Nothing pruned, or nothing to lose: d is left to d2
    assertThat(Allr.d1(0, 0)).isZero();
    assertThat(Allr.d1(RelativeNormDrop.of(0, 0), 0.9)).isZero();
    // More epochs than the dense training had
    assertThat(Allr.d2(20, 10)).isEqualTo(1);
    assertThat(Allr.d2(2.5, 10)).isEqualTo(0.25);
    // No retraining: no time, and no rates, whatever the norm drop asks for
    assertThat(Allr.d2(0, 10)).isZero();
    var none = new Allr(0.1, 0.5, Allr.d2(0, 10), Iterations.of(0, 1_000, 100));
    assertThat(rates(none)).isEmpty();
    assertThatThrownBy(() -> none.learningRate(0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldWarmUpMonotonicallyThenDecayInAStraightLineForAnyLength() {
    for (var seed = 0L; seed < 500; seed++) {
      // Given
      var random = new Random(seed);
      var allr =
          new Allr(
              random.nextDouble(),
              1.5 * random.nextDouble(),
              random.nextDouble(),
              random.nextInt(400));
      var rates = rates(allr);
      var n = allr.iterations();
      var w = allr.warmUp();

      // Then
      assertThat(w).isEqualTo((int) Math.floor(0.1 * n));
      for (var i = 0; i < n; i++) {
        var as = "seed %d, iteration %d".formatted(seed, i);
        assertThat(rates[i]).as(as).isBetween(0.0, allr.peak());
        if (w > 0 && i > 0 && i <= w) {
          assertThat(rates[i]).as(as).isGreaterThan(rates[i - 1]);
        } else if (i > w + 1 || (w == 0 && i > 0)) {
          assertThat(rates[i - 1] - rates[i]).as(as).isCloseTo(allr.peak() / (n - w), EXACT);
        }
      }
      if (w > 0) {
        assertThat(rates[0]).as("seed %d", seed).isZero();
        assertThat(rates[w + 1]).as("seed %d", seed).isEqualTo(allr.peak());
      }
    }
  }

  @Test
  void shouldRefuseIterationsOutsideTheTraining() {
    var schedule = new LinearDecay(0.1, 0, 3);
    assertThatThrownBy(() -> schedule.learningRate(3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> schedule.learningRate(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void shouldRefuseWhatIsNoSchedule() {
    assertThatThrownBy(() -> new LinearDecay(Double.NaN, 0, 3))
        .hasMessage("The peak rate is NaN; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> new LinearDecay(0.1, 4, 3))
        .hasMessage("The warm-up is 4 of 3 iterations; it must be part of them.");
    assertThatThrownBy(() -> new LinearDecay(0.1, 0, -1))
        .hasMessage("There cannot be -1 iterations.");
    assertThatThrownBy(() -> new Allr(0.1, -0.5, 0.2, 10))
        .hasMessage("ALLR's d1 is -0.5; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> Allr.d1(0.5, 1))
        .hasMessage("The fraction pruned is 1.0; it must be at least 0 and below 1.");
    assertThatThrownBy(() -> Allr.d2(2, 0))
        .hasMessage("The dense training has 0.0 epochs; it must be a finite number above 0.");
  }

  @ParameterizedTest
  @CsvSource({"54000, 64, 844", "128, 64, 2", "129, 64, 3", "1, 64, 1"})
  void shouldKeepTheLastPartialBatch(int images, int batchSize, int perEpoch) {
    assertThat(Iterations.perEpoch(images, batchSize)).isEqualTo(perEpoch);
  }

  @ParameterizedTest
  @CsvSource({"2, 20", "0.25, 2", "0.35, 4", "0, 0", "0.04, 0"})
  void shouldRoundFractionalEpochsToIterationsHalvesToEven(double epochs, int iterations) {
    assertThat(Iterations.of(epochs, 1_000, 100)).isEqualTo(iterations);
  }

  @Test
  void shouldRefuseEpochsThatCannotBeCounted() {
    assertThatThrownBy(() -> Iterations.of(-1, 1_000, 100))
        .hasMessage("The number of epochs is -1.0; it must be a finite number of at least 0.");
    // Iterations that would round to 0
    assertThatThrownBy(() -> Iterations.of(-0.01, 10))
        .hasMessage("The number of epochs is -0.01; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> Iterations.of(Double.NaN, 1_000, 100)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Iterations.of(Double.POSITIVE_INFINITY, 1_000, 100))
        .hasMessage("The number of epochs is Infinity; it must be a finite number of at least 0.");
    assertThatThrownBy(() -> Iterations.of(1e9, 10))
        .hasMessage("1.0E9 epochs are 1.0E10 iterations; it must be at most 2147483647.");
    assertThatThrownBy(() -> Iterations.of(0, 0))
        .hasMessage("An epoch takes 0 iterations; it must be at least 1.");
    assertThatThrownBy(() -> Iterations.of(-1, -10)).isInstanceOf(ScheduleException.class);
    assertThatThrownBy(() -> Iterations.perEpoch(0, 64))
        .hasMessage("0 images in batches of 64; both must be at least 1.");
  }

  private static double[] rates(LearningRateSchedule schedule) {
    return IntStream.range(0, schedule.iterations()).mapToDouble(schedule::learningRate).toArray();
  }

  private static void assertTrace(LearningRateSchedule schedule, double[] trace) {
    assertThat(rates(schedule)).hasSameSizeAs(trace).containsExactly(trace, EXACT);
  }
}
