package io.topiary.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.cli.plan.RatePlot.Letters;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.plan.PruningPlan;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.DenseSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RatePlotTest {

  private static final int BEFORE = -1;
  private static final int WIDTH = 72;

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
            PruningPlan.impWithTotal(0.75, 3, 4.5, 2),
            RetrainingRule.SLR,
            new DenseHistory(StepDecay.threeDrops(0.1, 20, 450)),
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

  @Test
  void shouldSayWhereRetrainingBeginsBeforeItSaysWhereItEnds() {
    // Given a retraining so short that both do not fit beside each other with their unit
    var rates =
        new PlannedRates(
            PruningPlan.oneShot(0.5, 90, 10),
            RetrainingRule.LLR,
            new DenseHistory(new LinearDecay(0.4, 0, 9000)),
            100);

    // When
    var lines = RatePlot.lines(rates, Letters.ASCII, WIDTH);

    // Then
    assertThat(lines).first().isEqualTo("learning rate by epoch");
    assertThat(lines.get(12).strip()).matches("0 +90 +100");
    assertThat(lines.get(12).indexOf("90")).isEqualTo(lines.get(11).lastIndexOf('+'));
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
      var dense = new LinearDecay(peak(random), 0, denseEpochs * perEpoch);
      var rates = new PlannedRates(plan, rule, new DenseHistory(dense), perEpoch);
      var ascii = random.nextBoolean();
      var width = 40 + random.nextInt(81);

      // When
      var lines = RatePlot.lines(rates, ascii ? Letters.ASCII : Letters.BLOCKS, width);

      // Then
      var as = "seed %d, peak %s".formatted(seed, dense.peak());
      assertThat(lines)
          .as(as)
          .hasSizeGreaterThanOrEqualTo(14)
          .allMatch(line -> line.length() <= width);
      var axis = lines.get(11);
      var left = axis.indexOf(ascii ? '+' : '└') + 1;
      var highest = highest(rates, axis.length() - left);
      assertThat(ticks(axis.substring(left), ascii ? '+' : '┴'))
          .as(as)
          .isEqualTo(highest.tailMap(BEFORE, false).keySet());
      for (var column = left; column < axis.length(); column++) {
        var at = column;
        assertThat(column(lines.subList(1, 11), column))
            .as("%s, column %d of%n%s", as, column, String.join("\n", lines))
            .matches(ascii ? "#*_?\\.* *" : "█*[▁▂▃▄▅▆▇]?░* *")
            .satisfies(
                text ->
                    assertThat(text.stripTrailing())
                        .hasSizeLessThanOrEqualTo(
                            rows(highest.floorEntry(at - left).getValue(), dense.peak())));
      }
    }
  }

  /** Rates that people use, and some that they do not. */
  private static double peak(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> 1e80;
      case 1 -> 1e-80;
      case 2 -> Double.MIN_NORMAL;
      case 3 -> 0;
      default -> random.nextDouble();
    };
  }

  /** A column from the bottom to the top. */
  private static String column(List<String> area, int column) {
    return IntStream.range(0, area.size())
        .mapToObj(row -> area.get(area.size() - 1 - row))
        .map(line -> column < line.length() ? line.substring(column, column + 1) : " ")
        .collect(Collectors.joining());
  }

  private static SortedSet<Integer> ticks(String axis, char tick) {
    return IntStream.range(0, axis.length())
        .filter(column -> axis.charAt(column) == tick)
        .boxed()
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The highest rate of the dense training and of every phase that retrains, by the first column
   * whose middle lies within it or after it; the dense one before all, as phases may hide it.
   */
  private static NavigableMap<Integer, Double> highest(PlannedRates rates, int columns) {
    var highest = new TreeMap<>(Map.of(BEFORE, rates.dense().etaOne()));
    var all = rates.iterationsInAll();
    long start = rates.dense().length();
    for (var phase : rates.plan().phases()) {
      var from = start;
      if (rates.iterations(phase) > 0) {
        var first =
            IntStream.range(0, columns - 1)
                .filter(column -> (2L * column + 1) * all >= 2 * from * columns)
                .findFirst()
                .orElse(columns - 1);
        highest.put(first, rates.highest(phase).peak());
      }
      start += rates.iterations(phase);
    }
    return highest;
  }

  /**
   * How many of ten rows a rate reaches into, to an eighth of a row; one that is not 0, into one.
   */
  private static int rows(double rate, double top) {
    return rate == 0 ? 0 : Math.max(1, (int) Math.ceil(Math.rint(rate / top * 80) / 8));
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
    return String.join("\n", RatePlot.lines(rates, letters, WIDTH)) + "\n";
  }
}
