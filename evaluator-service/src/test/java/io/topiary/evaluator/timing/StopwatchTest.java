package io.topiary.evaluator.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StopwatchTest {

  private static final long MILLI = 1_000_000;

  /** A clock that only the passes move on. */
  private long now = 42;

  private final List<String> passes = new ArrayList<>();

  @Test
  void shouldTimePairsInTurnUntilThereAreEnough() {
    // Given time for all of them
    var stopwatch = stopwatch(20, Duration.ofSeconds(1));

    // When
    var rounds = time(stopwatch, 3, 1).orElseThrow();

    // Then it has warmed up for half of the budget, and each is first in every other round
    assertThat(rounds.warmUp()).isEqualTo(125);
    assertThat(rounds.dense()).hasSize(20).containsOnly(3.0);
    assertThat(rounds.sparse()).hasSize(20).containsOnly(1.0);
    assertThat(passes).hasSize(2 * (125 + 20));
    assertThat(passes.subList(250, 258))
        .containsExactly(
            "dense", "sparse", "sparse", "dense", "dense", "sparse", "sparse", "dense");
  }

  @Test
  void shouldStopWhenTheBudgetIsSpent() {
    // Given
    var stopwatch = stopwatch(200, Duration.ofMillis(60));

    // When
    var rounds = time(stopwatch, 3, 1).orElseThrow();

    // Then
    assertThat(rounds.dense()).hasSize(15);
    assertThat(rounds.warmUp()).isEqualTo(8);
  }

  @Test
  void shouldTimeTheLeastHoweverLongItTakes() {
    var rounds = time(stopwatch(1, Duration.ofMillis(1)), 5_000, 500).orElseThrow();

    assertThat(rounds.warmUp()).isEqualTo(2);
    assertThat(rounds.dense()).hasSize(TimingSettings.LEAST_ROUNDS);
  }

  @Test
  void shouldNotTimeWhatTakesTooLong() {
    // Given a limit of a minute, and nine pairs of seven seconds
    var rounds = time(stopwatch(200, Duration.ofMillis(1)), 6_000, 1_000);

    // Then
    assertThat(rounds).isEmpty();
    assertThat(passes).hasSize(4);
  }

  @Test
  void shouldEndBetweenRoundsWhenItIsToldTo() {
    // Given
    var stopwatch = stopwatch(200, Duration.ofMillis(60));

    // When, then
    assertThatThrownBy(
            () ->
                stopwatch.time(
                    1,
                    () -> pass("dense", 3),
                    () -> pass("sparse", 1),
                    () -> {
                      if (passes.size() == 20) {
                        throw new IllegalStateException("enough");
                      }
                    }))
        .hasMessage("enough");
    assertThat(passes).hasSize(20);
  }

  private Optional<TimedRounds> time(Stopwatch stopwatch, long dense, long sparse) {
    return stopwatch.time(1, () -> pass("dense", dense), () -> pass("sparse", sparse), () -> {});
  }

  private void pass(String name, long millis) {
    now += millis * MILLI;
    passes.add(name);
  }

  private Stopwatch stopwatch(int rounds, Duration budget) {
    return new Stopwatch(new TimingSettings(1, rounds, budget, Duration.ofMinutes(1)), () -> now);
  }
}
