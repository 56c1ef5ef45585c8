package io.topiary.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.plan.PlanException;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.plan.PruningPlan;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTableTest {

  @Test
  void shouldShowTheRangeOfThePeakForAllr() {
    // Given
    var rates =
        new PlannedRates(
            PruningPlan.bimp(0.9, 3, 8, 20),
            RetrainingRule.ALLR,
            new DenseHistory(new LinearDecay(0.4, 0, 6752)),
            844);

    // Then
    assertThat(lines(PlanTable.lines(rates)))
        .isEqualTo(
            """
          phase  sparsity  pruned of alive  epochs  iterations   d2   peak rate
          dense     0.00%                -       8       6,752    -         0.4
              1    53.58%           53.58%       4       3,376  0.5  0.2 to 0.4
              2    78.46%           53.58%       4       3,376  0.5  0.2 to 0.4
              3    90.00%           53.58%       4       3,376  0.5  0.2 to 0.4
          total    90.00%                -      20      16,880    -           -
          """);
  }

  @Test
  void shouldShowThePeakAndPhasesWithoutRetrainingForTheOthers() {
    // Given two epochs for three phases
    var rates =
        new PlannedRates(
            PruningPlan.impWithTotal(0.75, 3, 4.5, 2),
            RetrainingRule.SLR,
            new DenseHistory(StepDecay.threeDrops(0.1, 20, 450)),
            100);

    // Then
    assertThat(lines(PlanTable.lines(rates)))
        .isEqualTo(
            """
          phase  sparsity  pruned of alive  epochs  iterations  peak rate
          dense     0.00%                -     4.5         450        0.1
              1    37.00%           37.00%       0           0          -
              2    60.31%           37.00%       0           0          -
              3    75.00%           37.00%       2         200        0.1
          total    75.00%                -     6.5         650          -
          """);
  }

  @Test
  void shouldRefuseRatesThatNoPhaseCanHave() {
    // Given a phase longer than the dense training, which LRW cannot rewind to
    var dense = new DenseHistory(new LinearDecay(0.1, 0, 20));
    var rates = new PlannedRates(PruningPlan.oneShot(0.9, 2, 3), RetrainingRule.LRW, dense, 10);

    // Then
    assertThatThrownBy(() -> PlanTable.lines(rates))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "LRW cannot rewind 30 iterations, as the dense training had 20; retraining must be no longer than that.");
  }

  @Test
  void shouldRefuseADenseTrainingOfAnotherLength() {
    // Given
    var plan = PruningPlan.oneShot(0.9, 2, 1);
    var dense = new DenseHistory(new LinearDecay(0.1, 0, 21));

    // Then
    assertThatThrownBy(() -> new PlannedRates(plan, RetrainingRule.LLR, dense, 10))
        .isInstanceOf(PlanException.class)
        .hasMessage("The dense training has 21 iterations, but its 2.0 epochs are 20.");
    assertThatThrownBy(() -> new PlannedRates(plan, RetrainingRule.LLR, dense, 0))
        .hasMessage("An epoch takes 0 iterations; it must be at least 1.");
  }

  private static String lines(List<String> lines) {
    return String.join("\n", lines) + "\n";
  }
}
