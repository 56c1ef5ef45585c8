package io.topiary.sparsity.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DenseHistoryTest {

  @Test
  void shouldKnowTheExtremesWithoutLookingForThem() {
    for (var seed = 0L; seed < 500; seed++) {
      // Given
      var random = new Random(seed);
      var n = random.nextInt(1, 200);
      var w = random.nextInt(n);
      var schedule = anyRule(random).schedule(random.nextDouble(), w, n);
      var history = new DenseHistory(schedule);

      // Then
      var as = "seed %d, %s".formatted(seed, schedule);
      var all = IntStream.range(0, n).mapToDouble(schedule::learningRate);
      var afterWarmUp = IntStream.range(w, n).mapToDouble(schedule::learningRate);
      assertThat(history.length()).as(as).isEqualTo(n);
      assertThat(all.max()).as(as).hasValue(history.etaOne());
      assertThat(afterWarmUp.min()).as(as).hasValue(history.etaMin());
      for (var i = 0; i < n; i++) {
        assertThat(history.at(i)).as(as).isEqualTo(schedule.learningRate(i));
        assertThat(history.withoutWarmUp(i))
            .as(as)
            .isEqualTo(i < w ? history.etaOne() : schedule.learningRate(i));
      }
    }
  }

  private static DenseRule anyRule(Random random) {
    return List.of(DenseRule.values()).get(random.nextInt(DenseRule.values().length));
  }

  @Test
  void shouldHeadForZeroJustBehindTheEnd() {
    // One step on from the last rate
    assertThat(beyond(new LinearDecay(0.1, 0, 40), 1)).isCloseTo(0, within(1e-15));
    // After a warm-up the peak is used twice, and so it is two
    assertThat(beyond(new LinearDecay(0.1, 4, 40), 2)).isCloseTo(0, within(1e-15));
  }

  private static double beyond(LinearDecay decay, int steps) {
    var last = decay.iterations() - 1;
    var step = decay.learningRate(last - 1) - decay.learningRate(last);
    return decay.learningRate(last) - steps * step;
  }

  @Test
  void shouldRefuseATrainingThatIsAllWarmUp() {
    assertThatThrownBy(() -> new DenseHistory(new LinearDecay(0.1, 10, 10)))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "The dense training has 10 iterations, 10 of them warm-up; retraining needs at least 1 after the warm-up.");
    assertThatThrownBy(() -> new DenseHistory(new LinearDecay(0.1, 0, 0)))
        .isInstanceOf(ScheduleException.class);
  }

  @Test
  void shouldMultiplyByTheFactorAtEveryMilestone() {
    // Given
    var steps = new StepDecay(0.8, 2, 10, List.of(4, 8), 0.5);

    // Then the milestone is the first with the lower rate
    assertThat(IntStream.range(0, 10).mapToDouble(steps::learningRate).toArray())
        .containsExactly(
            new double[] {0, 0.4, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4, 0.2, 0.2}, within(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    "90, 0, '30 60 80'",
    "90, 40, '60 80'",
    "6752, 0, '2251 4501 6002'",
    "2, 0, '1'",
    "1, 0, ''"
  })
  void shouldPutTheUsualMilestonesAtThirdsAndEightNinths(
      int iterations, int warmUp, String milestones) {
    assertThat(StepDecay.threeDrops(0.1, warmUp, iterations).milestones())
        .isEqualTo(
            List.of(milestones.split(" ")).stream()
                .filter(text -> !text.isEmpty())
                .map(Integer::valueOf)
                .toList());
  }

  @Test
  void shouldRefuseStepsThatAreNone() {
    assertThatThrownBy(() -> new StepDecay(0.1, 0, 10, List.of(5, 5), 0.1))
        .isInstanceOf(ScheduleException.class)
        .hasMessage(
            "The milestones are [5, 5] in 10 iterations of which 0 are warm-up; they must rise, and lie after the warm-up and before the end.");
    assertThatThrownBy(() -> new StepDecay(0.1, 5, 10, List.of(5), 0.1))
        .hasMessageContaining("[5] in 10 iterations of which 5");
    assertThatThrownBy(() -> new StepDecay(0.1, 0, 10, List.of(10), 0.1))
        .hasMessageContaining("[10] in 10");
    assertThatThrownBy(() -> new StepDecay(0.1, 0, 10, List.of(5), Double.NaN))
        .hasMessage("The factor at a milestone is NaN; it must be above 0 and at most 1.");
    assertThatThrownBy(() -> new StepDecay(0.1, 0, 10, List.of(5), 1.5))
        .hasMessageContaining("1.5");
  }
}
