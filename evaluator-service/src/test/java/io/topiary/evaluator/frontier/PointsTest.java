package io.topiary.evaluator.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.topiary.schemas.FrontierSample;
import io.topiary.schemas.MeasuredSample;
import io.topiary.schemas.MeasuredSpread;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Spread;
import io.topiary.schemas.Stage;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PointsTest {

  private static final Group GROUP =
      new Group("cnn", Networks.DATA, "one-shot", Schedule.ALLR, 0.9, Stage.RETRAINED);

  @Test
  void shouldTellMeanAndSampleStandardDeviation() {
    // Given, when
    var spread = Points.spread(List.of(2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0));

    // Then
    assertThat(spread.getMean()).isEqualTo(5);
    assertThat(spread.getStd().orElseThrow()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-15));
  }

  @Test
  void shouldNotLoseADeviationThatIsSmallBesideTheMean() {
    // Given, when: one pass over the squares would give 0, or the root of something negative
    var spread = Points.spread(List.of(1e9 + 1, 1e9 + 2, 1e9 + 3));

    // Then
    assertThat(spread).isEqualTo(new Spread(1e9 + 2, 1.0));
  }

  @Test
  void shouldTellNoDeviationOfOne() {
    assertThat(Points.spread(List.of(0.5))).isEqualTo(new Spread(0.5, null));
  }

  @Test
  void shouldCountTheNewestOfEachSeed() {
    // Given two generations of seed 1, and seed 2 in the first alone
    var samples =
        List.of(sample("a", 1L, 1, 0.99), sample("b", 2L, 2, 0.80), sample("c", 1L, 3, 0.90));

    // When
    var point = Points.of(GROUP, samples);

    // Then
    assertThat(point.getCount()).isEqualTo(2);
    assertThat(point.getSeeds()).containsExactly(1L, 2L);
    assertThat(point.getValidation().getMean()).isCloseTo(0.85, within(1e-15));
    assertThat(point.getBest().getCheckpointId()).isEqualTo("c");
    assertThat(point.getNewest().getCheckpointId()).isEqualTo("c");
  }

  @Test
  void shouldTakeNetworksWithoutASeedForOne() {
    // Given
    var samples = List.of(sample("a", null, 1, 0.5), sample("b", null, 2, 0.7));

    // When
    var point = Points.of(GROUP, samples);

    // Then
    assertThat(point.getCount()).isEqualTo(1);
    assertThat(point.getSeeds()).isEmpty();
    assertThat(point.getValidation().getMean()).isEqualTo(0.7);
  }

  @Test
  void shouldAggregateMeasuredSpeedupsByBatchAsFarAsTheyAreKnown() {
    // Given
    var one =
        FrontierSample.newBuilder(sample("a", 1L, 1, 0.5))
            .setMeasured(List.of(new MeasuredSample(1, 4.0), new MeasuredSample(64, 3.0)))
            .build();
    var other =
        FrontierSample.newBuilder(sample("b", 2L, 1, 0.5))
            .setMeasured(List.of(new MeasuredSample(1, 6.0)))
            .build();

    // When
    var point = Points.of(GROUP, List.of(one, other));

    // Then
    assertThat(point.getMeasured())
        .containsExactly(
            new MeasuredSpread(1, 2, new Spread(5.0, Math.sqrt(2))),
            new MeasuredSpread(64, 1, new Spread(3.0, null)));
  }

  @Test
  void shouldLeaveOutWhatWasWithheld() {
    // Given
    var checkpoint = Networks.retrained("cnn", 1, 0);
    var evaluation =
        Networks.evaluation(checkpoint, 900, 900)
            .setMeasured(
                List.of(
                    Networks.measured(64, Optional.of(3.0)),
                    Networks.measured(1, Optional.empty())))
            .build();

    // When
    var sample = Samples.of(evaluation, Optional.of(checkpoint));

    // Then
    assertThat(sample.getMeasured()).containsExactly(new MeasuredSample(64, 3.0));
  }

  private static FrontierSample sample(String id, Long seed, int minute, double validation) {
    return FrontierSample.newBuilder()
        .setCheckpointId(id)
        .setNetwork("small-cnn")
        .setSeed(seed)
        .setMadeAt(Networks.START.plusSeconds(60L * minute))
        .setValidationAccuracy(validation)
        .setTestAccuracy(validation)
        .setSparsity(0.9)
        .setTheoreticalSpeedup(4)
        .setBytesDense(4)
        .setBytesSparse(1)
        .build();
  }
}
