package io.topiary.cli.demo;

import static io.topiary.cli.demo.DemoRecords.checkpoint;
import static io.topiary.cli.demo.DemoRecords.evaluation;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Stage;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoTableTest {

  @Test
  void shouldShowEveryFigureOfEveryNetwork() {
    // Given
    var results = new DemoResults(List.of(PruningPlan.oneShot(0.9, 10, 2)));
    results.add(checkpoint(Stage.DENSE, 0));
    results.add(evaluation(Stage.DENSE, 0, 1_700, 0, 0));
    results.add(checkpoint(Stage.PRUNED, 0.9));
    results.add(evaluation(Stage.PRUNED, 0.9, 400, 1_400, 100));
    results.add(checkpoint(Stage.RETRAINED, 0.9));
    results.add(evaluation(Stage.RETRAINED, 0.9, 1_680, 60, 40));

    // When
    var lines = DemoTable.lines(results);

    // Then: 100 sqrt(.85 .15 / 2000) = 0.80, 100 sqrt(.84 .16 / 2000) = 0.82,
    // and for the change 100 sqrt(100 - 20^2 / 2000) / 2000 = 0.50.
    assertThat(lines)
        .containsExactly(
            "      network   accuracy %     vs dense  just pruned %  theor. speedup  1 image"
                + "  64 images  bytes dense  bytes sparse     d1     d2  peak rate",
            "        dense  85.00 ±0.80                                       1.00x        "
                + "                   78,000                                 0.1000",
            "90.00% sparse  84.00 ±0.82  -1.00 ±0.50          20.00          10.00x    6.25x"
                + "   withheld       78,000        12,345  0.625  0.200     0.0625");
    assertThat(DemoTable.phases(results)).isEmpty();
  }

  @Test
  void shouldShowEveryPhaseOfAPlanThatHasSeveral() {
    // Given two phases to 75%, the second of which makes the network that counts
    var plan = PruningPlan.imp(0.75, 2, 10, 2);
    var results = new DemoResults(List.of(plan));
    results.add(checkpoint(Stage.DENSE, 0));
    results.add(evaluation(Stage.DENSE, 0, 1_700, 0, 0));
    for (var phase : plan.phases()) {
      var number = phase.number();
      results.add(checkpoint(Stage.PRUNED, 0.75, number, 2));
      results.add(evaluation(Stage.PRUNED, 0.75, number, 2, 1_000 - 100 * number, 0, 0));
      results.add(checkpoint(Stage.RETRAINED, 0.75, number, 2));
      results.add(evaluation(Stage.RETRAINED, 0.75, number, 2, 1_700 - 20 * number, 40, 0));
    }

    // When, Then
    assertThat(DemoTable.lines(results)).hasSize(3).last().asString().contains("83.00 ±", "40.00");
    assertThat(DemoTable.phases(results))
        .containsExactly(
            "      network  phase  sparsity  just pruned %  retrained %     d1     d2  peak rate"
                + "  epochs",
            "75.00% sparse    1/2    75.00%          45.00        84.00  0.625  0.200     0.0625"
                + "      10",
            "75.00% sparse    2/2    75.00%          40.00        83.00  0.625  0.200     0.0625"
                + "      10");
  }

  @Test
  void shouldShowOnlyWhatIsFinished() {
    var results = new DemoResults(List.of(PruningPlan.oneShot(0.9, 10, 2)));
    results.add(checkpoint(Stage.DENSE, 0));

    assertThat(DemoTable.lines(results)).hasSize(1);
  }
}
