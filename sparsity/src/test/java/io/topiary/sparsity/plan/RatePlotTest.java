package io.topiary.sparsity.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.sparsity.plan.RatePlot.Letters;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.DenseSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RatePlotTest {

  private static final PlannedRates BIMP =
      rates(PruningPlan.bimp(0.9, 3, 8, 20), RetrainingRule.ALLR, new LinearDecay(0.4, 0, 6752));

  @Test
  void shouldDrawTheLowestRatesOfAllrSolidAndTheRestLight() {
    assertThat(drawn(BIMP, Letters.BLOCKS))
        .isEqualTo(
            """
          learning rate
          0.4│▇▄▁                         ░             ░            ░
             │███▆▃                       ░░            ░░           ░░
             │██████▅▂                    ░░░░          ░░░          ░░░░
             │████████▇▄▁                 ░░░░░         ░░░░         ░░░░░
             │███████████▆▃               ░░░░░░        ░░░░░░       ░░░░░░
             │██████████████▅▂            █▅▁░░░░       ▇▄░░░░░      █▅▁░░░░
             │████████████████▇▄▁         ███▆▃░░░░     ███▅▂░░░     ███▆▃░░░░
             │███████████████████▆▃      ░██████▅▁░░   ░█████▆▃░░   ░██████▅▁░░
             │██████████████████████▅▂   ▃████████▆▃░  ▅███████▇▄▁  ▃████████▆▃░
             │████████████████████████▇▄▁████████████▅▂███████████▅▂████████████▅▂
            0└───────────────────────────┴─────────────┴────────────┴─────────────
              0                          8             12           16   20 epochs
              dense                      1             2            3
          ALLR restarts from d times the dense peak: '█' for d = d2, the least;
          '░' up to d = 1. Each phase knows its d when it has pruned.
          """);
  }

  @Test
  void shouldDrawInAsciiForThoseWhoHaveNoMore() {
    assertThat(drawn(BIMP, Letters.ASCII))
        .isEqualTo(
            """
          learning rate
          0.4|#__                         .             .            .
             |####_                       ..            ..           ..
             |#######_                    ....          ...          ....
             |#########__                 .....         ....         .....
             |############_               ......        ......       ......
             |###############_            ##_....       #_.....      ##_....
             |#################__         ####_....     ####_...     ####_....
             |####################_      .#######_..   .######_..   .#######_..
             |#######################_   _#########_.  #########__  _#########_.
             |#########################__#############_############_#############_
            0+---------------------------+-------------+------------+-------------
              0                          8             12           16   20 epochs
              dense                      1             2            3
          ALLR restarts from d times the dense peak: '#' for d = d2, the least;
          '.' up to d = 1. Each phase knows its d when it has pruned.
          """);
  }

  @Test
  void shouldLeaveOutPhasesWithoutRetraining() {
    // Given two epochs for three phases, which the last one gets
    var rates =
        new PlannedRates(
            PruningPlan.impInAll(0.75, 3, 4.5, 2),
            RetrainingRule.SLR,
            new DenseHistory(StepDecay.inTenths(0.1, 20, 450)),
            100);

    // Then
    assertThat(drawn(rates, Letters.ASCII))
        .isEqualTo(
            """
          learning rate
          0.1|  ##############                                 #######
             |  ##############                                 #######
             | ###############                                ########
             | ###############                                ########
             | ###############                                ########
             | ###############                                ########
             | ###############                                ########
             | ###############                                ########
             | ###############                                ########
             |###############################________________###############______
            0+-----------------------------------------------+--------------------
              0                                              4.5        6.5 epochs
              dense                                          3
          """);
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldFitTheTerminalWhateverThePlan(RetrainingRule rule) {
    for (var seed = 0L; seed < 200; seed++) {
      // Given
      var random = new Random(seed);
      var sparsity = random.nextDouble();
      var phases = random.nextInt(seed % 10 == 0 ? PruningPlan.MOST_PHASES : 12) + 1;
      var denseEpochs = random.nextInt(50) + 1;
      var plan = PruningPlan.imp(sparsity, phases, denseEpochs, denseEpochs * random.nextDouble());
      var perEpoch = random.nextInt(100_000) + 1;
      var dense = new LinearDecay(random.nextDouble(), 0, denseEpochs * perEpoch);

      // When
      var lines =
          RatePlot.lines(
              new PlannedRates(plan, rule, new DenseHistory(dense), perEpoch),
              random.nextBoolean() ? Letters.ASCII : Letters.BLOCKS);

      // Then
      assertThat(lines)
          .as("seed %d", seed)
          .hasSizeGreaterThanOrEqualTo(14)
          .allMatch(line -> line.length() <= RatePlot.WIDTH);
    }
  }

  @Test
  void shouldDrawATrainingWhoseRatesAreAllZero() {
    // Given
    var rates =
        rates(PruningPlan.oneShot(0.5, 8, 0), RetrainingRule.LLR, new LinearDecay(0, 0, 6752));

    // Then
    assertThat(List.of(drawn(rates, Letters.ASCII).split("\n")).subList(1, 11))
        .allMatch(line -> line.endsWith("|"));
  }

  private static PlannedRates rates(PruningPlan plan, RetrainingRule rule, DenseSchedule dense) {
    return new PlannedRates(plan, rule, new DenseHistory(dense), 844);
  }

  private static String drawn(PlannedRates rates, Letters letters) {
    return String.join("\n", RatePlot.lines(rates, letters)) + "\n";
  }
}
