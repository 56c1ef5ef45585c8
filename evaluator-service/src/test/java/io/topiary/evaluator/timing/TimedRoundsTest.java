package io.topiary.evaluator.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.schemas.Latency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimedRoundsTest {

  private static final List<Double> SPARSE = List.of(2.0, 2.0, 2.0, 4.0, 2.0, 2.0, 2.0, 2.0, 1.0);
  private static final List<Double> STEADY =
      List.of(10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.8, 10.8, 10.8);

  @Test
  void shouldTellTheMedianOfTheRatiosOfRounds() {
    // Given
    var rounds = new TimedRounds(64, 5, STEADY, SPARSE);

    // When
    var told = rounds.toRecord(Optional.empty());

    // Then the ratios are 2.5, 5 five times, 5.4 twice and 10.8, and ranks 2 and 8 bound the median
    assertThat(told.getBatch()).isEqualTo(64);
    assertThat(told.getWarmUp()).isEqualTo(5);
    assertThat(told.getRounds()).isEqualTo(9);
    assertThat(told.getSpeedup()).hasValue(5.0);
    assertThat(told.getLow()).hasValue(5.0);
    assertThat(told.getHigh()).hasValue(5.4);
    assertThat(told.getDense()).isEqualTo(new Latency(10.0, 10.8));
    assertThat(told.getSparse()).isEqualTo(new Latency(2.0, 4.0));
    assertThat(told.getDrift()).isCloseTo(0.08, within(1e-12));
    assertThat(told.getWithheld()).isEmpty();
  }

  @Test
  void shouldWithholdAFigureWhoseBaselineDrifts() {
    // Given a machine that slows down by an eighth half-way
    var dense = List.of(8.0, 8.0, 8.0, 8.0, 9.0, 9.0, 9.0, 9.0, 9.0);

    // When
    var told = new TimedRounds(1, 5, dense, SPARSE).toRecord(Optional.empty());

    // Then
    assertThat(told.getDrift()).isEqualTo(0.125);
    assertThat(told.getWithheld())
        .hasValue(
            "The dense baseline drifted by 12.5% between parts of the measurement; at most 10% is a steady machine.");
    assertThat(told.getSpeedup()).isEmpty();
    assertThat(told.getLow()).isEmpty();
    assertThat(told.getHigh()).isEmpty();
    assertThat(told.getDense().getP50()).isEqualTo(9);
  }

  @Test
  void shouldNotTakeASingleSlowPassForDrift() {
    var dense = List.of(8.0, 80.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0);

    assertThat(new TimedRounds(1, 5, dense, SPARSE).drift()).isZero();
  }

  @Test
  void shouldWithholdTheSpeedOfWrongAnswers() {
    var told = new TimedRounds(1, 5, STEADY, SPARSE).toRecord(Optional.of("They differ."));

    assertThat(told.getWithheld()).hasValue("They differ.");
    assertThat(told.getSpeedup()).isEmpty();
  }

  @Test
  void shouldRefuseRoundsThatAreNone() {
    assertThatThrownBy(() -> new TimedRounds(1, 5, STEADY, SPARSE.subList(0, 8)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
