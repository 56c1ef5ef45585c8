package io.topiary.sparsity.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PruningPlanTest {

  private static final Offset<Double> EXACT = within(1e-12);

  @Test
  void shouldPruneToTheTargetAtOnce() {
    // When
    var plan = PruningPlan.oneShot(0.9, 10, 2.5);

    // Then
    assertThat(plan.phases()).containsExactly(new Phase(1, 0.9, 0.9, 2.5, 0.25));
    assertThat(plan.totalEpochs()).isEqualTo(12.5);
  }

  @Test
  void shouldPruneTheSameFractionOfTheLivingInEveryPhase() {
    // Given the fraction of sparsity 0.95 in three phases
    var plan = PruningPlan.imp(0.95, 3, 90, 5);
    var p = 1 - Math.cbrt(0.05);

    // Then
    assertThat(p).isCloseTo(0.631597, within(5e-7));
    assertThat(plan.phases()).hasSize(3);
    for (var phase : plan.phases()) {
      assertThat(phase.fraction()).isCloseTo(p, EXACT);
      assertThat(phase.sparsity()).isCloseTo(1 - Math.pow(1 - p, phase.number()), EXACT);
      assertThat(phase.epochs()).isEqualTo(5);
      assertThat(phase.d2()).isCloseTo(5 / 90.0, EXACT);
    }
    assertThat(plan.finalSparsity()).isEqualTo(0.95);
  }

  @Test
  void shouldEndExactlyAtTheTargetOfAnyGeometricPlan() {
    for (var seed = 0L; seed < 1_000; seed++) {
      // Given
      var random = new Random(seed);
      var sparsity = random.nextDouble();
      var count = random.nextInt(30) + 1;
      var budget = random.nextInt(200) + 2;
      var denseEpochs = random.nextInt(budget - 1) + 1;
      var plans =
          List.of(
              PruningPlan.imp(sparsity, count, denseEpochs, 3 * random.nextDouble()),
              PruningPlan.impWithTotal(sparsity, count, denseEpochs, random.nextInt(100)),
              PruningPlan.bimp(sparsity, count, denseEpochs, budget));

      // Then
      for (var plan : plans) {
        var as = "seed %d, %s".formatted(seed, plan);
        var alive = 1.0;
        var before = 0.0;
        assertThat(plan.phases()).as(as).hasSize(count);
        for (var phase : plan.phases()) {
          alive *= 1 - phase.fraction();
          assertThat(phase.sparsity()).as(as).isCloseTo(1 - alive, EXACT).isGreaterThan(before);
          if (phase.epochs() < plan.denseEpochs()) {
            assertThat(phase.d2() * plan.denseEpochs()).as(as).isCloseTo(phase.epochs(), EXACT);
          } else {
            assertThat(phase.d2()).as(as).isEqualTo(1);
          }
          before = phase.sparsity();
        }
        assertThat(plan.finalSparsity()).as(as).isEqualTo(sparsity);
      }
      assertThat(plans.get(2).totalEpochs()).as("seed %d", seed).isEqualTo(budget);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10, 3, '3 3 4'",
    "12, 3, '4 4 4'",
    "2, 3, '0 0 2'",
    "7.5, 2, '3 4.5'",
    "0, 2, '0 0'",
    "1.1, 1, '1.1'",
    "3.3, 3, '1 1 1.3'",
    "0.3, 3, '0 0 0.3'"
  })
  void shouldShareWholeEpochsAndGiveTheRemainderToTheLastPhase(
      double epochs, int phases, String shares) {
    // Given
    var expected = Stream.of(shares.split(" ")).map(Double::valueOf).toList();

    // Then
    assertThat(PruningPlan.impWithTotal(0.9, phases, 10, epochs).phases())
        .extracting(Phase::epochs)
        .isEqualTo(expected);
    if (epochs > 0) {
      var bimp = PruningPlan.bimp(0.9, phases, 10, 10 + epochs);
      assertThat(bimp.phases()).extracting(Phase::epochs).isEqualTo(expected);
      assertThat(bimp.totalEpochs()).isEqualTo(10 + epochs);
    }
  }

  @Test
  void shouldLoseNoEpochToBinaryFractions() {
    // Given 5.1 - 2.1, which is below 3 in binary
    var plan = PruningPlan.bimp(0.9, 3, 2.1, 5.1);

    // Then
    assertThat(plan.phases()).extracting(Phase::epochs).containsExactly(1.0, 1.0, 1.0);
    assertThat(plan.totalEpochs()).isEqualTo(5.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 100})
  void shouldShareAllEpochsThatAreLeftInAnyUnit(int unit) {
    for (var seed = 0L; seed < 5_000; seed++) {
      // Given epochs in whole parts of the unit
      var random = new Random(seed);
      var count = random.nextInt(12) + 1;
      var dense = random.nextInt(1, 100 * unit);
      var left = random.nextInt(1, 100 * unit);
      var budget = (dense + left) / (double) unit;

      // When
      var bimp = PruningPlan.bimp(0.9, count, dense / (double) unit, budget);
      var imp = PruningPlan.impWithTotal(0.9, count, dense / (double) unit, left / (double) unit);

      // Then
      var as = "seed %d, %d phases, %d + %d parts".formatted(seed, count, dense, left);
      var whole = left / (count * unit);
      var last = left - (count - 1) * whole * unit;
      for (var plan : List.of(bimp, imp)) {
        var epochs = plan.phases().stream().map(Phase::epochs).toList();
        assertThat(epochs.subList(0, count - 1)).as(as).allMatch(share -> share == whole);
        assertThat(epochs.get(count - 1)).as(as).isEqualTo(last / (double) unit);
        assertThat(plan.retrainingEpochs()).as(as).isEqualTo(left / (double) unit);
        assertThat(plan.totalEpochs()).as(as).isEqualTo(budget);
      }
    }
  }

  @Test
  void shouldMeasureTheTimeOfABudgetedPhaseAgainstTheDenseEpochs() {
    // When
    var plan = PruningPlan.bimp(0.9, 3, 8, 20);

    // Then
    assertThat(plan.denseEpochs()).isEqualTo(8);
    assertThat(plan.retrainingEpochs()).isEqualTo(12);
    assertThat(plan.phases()).extracting(Phase::d2).containsExactly(0.5, 0.5, 0.5);
    // One phase longer than the dense training has all the time it can use
    assertThat(PruningPlan.bimp(0.9, 1, 2, 20).phases().get(0).d2()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0.2, 1, 0.2",
    "0.36, 2, 0.36",
    "0.488, 3, 0.488",
    "0.5904, 4, 0.5904",
    "0.67232, 5, 0.67232",
    "0.2000001, 2, 0.36",
    "0.9, 11, 0.914101",
    "0.95, 14, 0.956020",
    "0.001, 1, 0.2"
  })
  void shouldPruneAFifthPerPhaseUntilTheTargetIsReached(double sparsity, int phases, double last) {
    // When
    var plan = PruningPlan.renda(sparsity, 90, 90);

    // Then
    assertThat(plan.phases()).hasSize(phases).allMatch(phase -> phase.fraction() == 0.2);
    assertThat(plan.finalSparsity()).isGreaterThanOrEqualTo(sparsity).isCloseTo(last, within(1e-6));
    assertThat(plan.phases()).allMatch(phase -> phase.d2() == 1);
  }

  @Test
  void shouldTakeNoPhaseTooManyForAPowerOfFourFifths() {
    var alive = 1.0;
    for (var count = 1; count <= 60; count++) {
      alive *= 0.8;
      assertThat(PruningPlan.renda(1 - alive, 10, 1).phases()).as("0.8^%d", count).hasSize(count);
    }
  }

  @Test
  void shouldFallShortOfTheTargetByRoundingAtMost() {
    for (var seed = 0L; seed < 1_000; seed++) {
      // Given a target beside one that whole phases reach
      var random = new Random(seed);
      var count = random.nextInt(60) + 1;
      var beside = Math.pow(10, -random.nextInt(6, 16)) * random.nextDouble();
      var sparsity = 1 - Math.pow(0.8, count) + beside;

      // When
      var phases = PruningPlan.renda(sparsity, 10, 1).phases().size();

      // Then
      assertThat(1 - Math.pow(0.8, phases)).as("seed %d", seed).isGreaterThan(sparsity - 4e-10);
      assertThat(1 - Math.pow(0.8, phases - 1.0)).as("seed %d", seed).isLessThan(sparsity);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1 - 1e-9, 1 - 0x1p-53})
  void shouldPlanForATargetJustBelowOne(double sparsity) {
    assertThat(PruningPlan.renda(sparsity, 10, 1).finalSparsity()).isBetween(sparsity, 1.0);
    assertThat(PruningPlan.imp(sparsity, 9, 10, 1).finalSparsity()).isEqualTo(sparsity);
  }

  @Test
  void shouldPlanToPruneNothing() {
    // When
    var plan = PruningPlan.imp(0, 2, 10, 1);

    // Then
    assertThat(plan.phases())
        .containsExactly(new Phase(1, 0, 0, 1, 0.1), new Phase(2, 0, 0, 1, 0.1));
  }

  @Test
  void shouldCountTheIterationsOfAPhaseHalvesToEven() {
    assertThat(new Phase(1, 0.5, 0.5, 2.5, 0.25).iterations(5)).isEqualTo(12);
    assertThat(new Phase(1, 0.5, 0.5, 0, 0).iterations(5)).isZero();
    assertThat(new Phase(1, 0.5, 0.5, 0.1, 0).iterations(5)).isZero();
  }

  static Stream<Arguments> impossible() {
    return Stream.of(
        refused(() -> PruningPlan.oneShot(1, 10, 1), "sparsity is 1.0;"),
        refused(() -> PruningPlan.oneShot(-0.1, 10, 1), "sparsity is -0.1;"),
        refused(() -> PruningPlan.imp(Double.NaN, 3, 10, 1), "sparsity is NaN;"),
        refused(() -> PruningPlan.renda(1.5, 10, 1), "sparsity is 1.5;"),
        refused(() -> PruningPlan.renda(0, 10, 1), "sparsity is 0.0;"),
        refused(() -> PruningPlan.bimp(1, 3, 10, 20), "sparsity is 1.0;"),
        refused(() -> PruningPlan.imp(0.9, 0, 10, 1), "There are 0 phases;"),
        refused(() -> PruningPlan.impWithTotal(0.9, -1, 10, 1), "There are -1 phases;"),
        refused(() -> PruningPlan.bimp(0.9, 0, 10, 20), "There are 0 phases;"),
        refused(() -> PruningPlan.imp(0.9, 1_001, 10, 1), "There are 1001 phases;"),
        refused(
            () -> PruningPlan.oneShot(0.9, 10, -1),
            "Retraining takes -1.0 epochs; it must be a finite number of at least 0."),
        refused(() -> PruningPlan.imp(0.9, 3, 10, Double.NaN), "takes NaN epochs;"),
        refused(() -> PruningPlan.impWithTotal(0.9, 3, 10, -2), "takes -2.0 epochs;"),
        refused(
            () -> PruningPlan.renda(0.9, 10, Double.POSITIVE_INFINITY),
            "takes Infinity epochs; it must be a finite number of at least 0."),
        refused(
            () -> PruningPlan.oneShot(0.9, Double.POSITIVE_INFINITY, 1),
            "Dense training takes Infinity epochs; it must be a finite number above 0."),
        refused(() -> PruningPlan.oneShot(0.9, 0, 1), "Dense training takes 0.0 epochs;"),
        refused(() -> PruningPlan.bimp(0.9, 3, -1, 20), "Dense training takes -1.0 epochs;"),
        refused(() -> PruningPlan.bimp(0.9, 3, 0, 20), "Dense training takes 0.0 epochs;"),
        refused(
            () -> PruningPlan.bimp(0.9, 3, 20, 20), "Dense training takes 20.0 of 20.0 epochs;"),
        refused(
            () -> PruningPlan.bimp(0.9, 3, 21, 20), "Dense training takes 21.0 of 20.0 epochs;"),
        refused(() -> PruningPlan.bimp(0.9, 3, 8, Double.NaN), "whole budget takes NaN epochs;"),
        refused(
            () -> new Phase(0, 0.5, 0.5, 1, 0.1),
            "Phase 0 has the number 0; it must be at least 1."),
        refused(
            () -> new Phase(1, 1, 0.5, 1, 0.1),
            "Phase 1 prunes the fraction 1.0; it must be at least 0 and below 1."),
        refused(
            () -> new Phase(2, 0.5, 1.5, 1, 0.1),
            "Phase 2 has the sparsity 1.5; it must be 0 to 1."),
        refused(
            () -> new Phase(2, 0.5, 0.5, Double.POSITIVE_INFINITY, 1),
            "Phase 2 takes Infinity epochs; it must be a finite number of at least 0."),
        refused(
            () -> new Phase(3, 0.5, 0.5, 1, Double.NaN), "Phase 3 has d2 NaN; it must be 0 to 1."),
        refused(
            () ->
                new PruningPlan(
                    PruningMethod.ONE_SHOT, 0.5, 10, List.of(new Phase(1, 0.5, 0.5, 1, 0.2))),
            "Phase 1 has d2 0.2; with 1.0 of 10.0 epochs it must be 0.1."));
  }

  @ParameterizedTest
  @MethodSource("impossible")
  void shouldNameTheValueThatNoPlanCanHave(ThrowingCallable plan, String value) {
    assertThatThrownBy(plan).isInstanceOf(PlanException.class).hasMessageContaining(value);
  }

  @ParameterizedTest
  @EnumSource(PruningMethod.class)
  void shouldFindEveryMethodByItsName(PruningMethod method) {
    assertThat(PruningMethod.named(method.label())).isEqualTo(method);
  }

  @Test
  void shouldListTheMethodsWhenAskedForAnother() {
    assertThatThrownBy(() -> PruningMethod.named("IMP"))
        .isInstanceOf(PlanException.class)
        .hasMessage("There is no pruning method 'IMP'; known are one-shot, imp, imp-renda, bimp.");
  }

  private static Arguments refused(ThrowingCallable plan, String value) {
    return Arguments.of(plan, value);
  }
}
