package io.topiary.cli.compare.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.compare.result.Comparison;
import io.topiary.cli.compare.result.DenseResult;
import io.topiary.cli.compare.result.Kind;
import io.topiary.cli.compare.result.Measured;
import io.topiary.cli.compare.result.RatePlan;
import io.topiary.cli.compare.result.Run;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TablesTest {

  @Test
  void shouldMarkTheBestAndSayWhomAllrBeats() {
    // Given three schedules at three seeds, one run of which failed
    var comparison =
        comparison(
            Kind.SCHEDULES,
            List.of(1L, 2L, 3L),
            Stream.of(
                    runs("ft", 1, 0.80, 0.81, 0.82),
                    runs("llr", 1, 0.88, 0.85, 0.86),
                    runs("allr", 1, 0.87, 0.88, 0.89),
                    Stream.of(Run.failed("slr", 0.9, 1, 1, "It diverged.")))
                .flatMap(runs -> runs)
                .toList());

    // When
    var lines = SchedulesTable.lines(comparison);

    // Then
    assertThat(lines)
        .containsExactly(
            "Test accuracy in %, mean ± sample standard deviation over the seeds 1, 2, 3.",
            "Dense networks: 91.00 ±1.00 (90.00, 91.00, 92.00)",
            "** best, * second best of a column, by mean test accuracy",
            "ALLR beats or loses to another with p < 0.05 in a two-sided paired t-test over the"
                + " seeds; the mean difference is in points.",
            "",
            "90% sparse      1 epoch   ",
            "        FT  81.00 ±1.00   ",
            "       LLR  86.33 ±1.53 * ",
            "      ALLR  88.00 ±1.00 **",
            "       SLR            -   ",
            "  1 epoch: ALLR beats FT (+7.00, p < 0.001); cannot be told from LLR (+1.67, p ="
                + " 0.338)",
            "",
            "Failed: slr at 90%, seed 1: It diverged.");
  }

  @Test
  void shouldSayThatOneSeedHasNoSpread() {
    var comparison =
        comparison(
            Kind.SCHEDULES,
            List.of(1L),
            Stream.concat(runs("ft", 2.5, 0.8), runs("allr", 2.5, 0.9)).toList());

    assertThat(SchedulesTable.lines(comparison))
        .containsExactly(
            "Test accuracy in % with seed 1; of one seed there is no spread, and no test.",
            "Dense networks: 90.00 (90.00)",
            "** best, * second best of a column, by mean test accuracy",
            "",
            "90% sparse  2.5 epochs   ",
            "        FT       80.00 * ",
            "      ALLR       90.00 **");
  }

  @Test
  void shouldShowThroughputAndBothSpeedupsOfMethods() {
    var comparison =
        comparison(
            Kind.METHODS,
            List.of(1L, 2L),
            Stream.concat(runs("bimp", 6, 0.9, 0.92), runs("dst", 0, 0.8, 0.8)).toList());

    assertThat(MethodsTable.lines(comparison).subList(4, 7))
        .containsExactly(
            "90% sparse  img/s     accuracy     theoretical  achieved  measured",
            "      BIMP  1,250  91.00 ±1.41 **        6.00x    90.00%     2.50x",
            "       DST  1,250  80.00 ±0.00 *         6.00x    90.00%     2.50x");
  }

  private static Stream<Run> runs(String name, double epochs, double... accuracies) {
    return Stream.iterate(0, i -> i < accuracies.length, i -> i + 1)
        .map(i -> run(name, epochs, i + 1, accuracies[i]));
  }

  private static Run run(String name, double epochs, long seed, double accuracy) {
    return new Run(
        name,
        0.9,
        epochs,
        seed,
        Optional.of(accuracy),
        Optional.of(accuracy),
        Optional.empty(),
        Optional.of(0.9),
        Optional.of(6.0),
        List.of(
            new Measured(
                64, Optional.of(2.5), Optional.of(2.4), Optional.of(2.6), Optional.empty())),
        Optional.of(1_250.0),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.of(name + seed),
        Optional.empty());
  }

  private static Comparison comparison(Kind kind, List<Long> seeds, List<Run> runs) {
    var rates = new RatePlan("step", 1, 0, 0.1, Optional.empty(), Optional.empty(), List.of());
    var dense =
        seeds.stream()
            .map(
                seed ->
                    new DenseResult(
                        seed,
                        0.9,
                        0.89 + seed / 100.0,
                        45,
                        rates,
                        List.of(),
                        Optional.empty(),
                        "d"))
            .toList();
    return new Comparison(kind, "compare", Instant.EPOCH, Map.of(), Map.of(), seeds, dense, runs);
  }
}
