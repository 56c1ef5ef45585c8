package io.topiary.runtime.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.schemas.DenseRates;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.schedule.CosineDecay;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.DenseRule;
import io.topiary.sparsity.schedule.DenseSchedule;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.OneCycle;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRatesTest {

  private static final List<DenseSchedule> DENSE =
      List.of(
          new LinearDecay(0.1, 0, 44),
          new LinearDecay(0.4, 5, 50),
          new StepDecay(0.1, 0, 90, List.of(30, 60, 80), 0.1),
          new StepDecay(0.1, 4, 33, List.of(10), 0.5),
          new CosineDecay(0.1, 0, 44),
          new CosineDecay(0.4, 5, 50),
          new OneCycle(0.1, 13, 44),
          new OneCycle(0.4, 0, 33));

  static Stream<LearningRateSchedule> schedules() {
    var schedules = new ArrayList<LearningRateSchedule>(DENSE);
    for (var dense : DENSE) {
      for (var rule : RetrainingRule.values()) {
        for (var iterations : new int[] {0, 1, 9, 10, 22, 33}) {
          schedules.add(rule.schedule(new DenseHistory(dense), iterations, 0.3, 0.7));
        }
      }
    }
    return schedules.stream();
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void shouldReadTheRatesThatItWroteBitForBit(LearningRateSchedule written) throws IOException {
    // Given a plan that has travelled
    var bytes = LearningRates.plan(written).toByteBuffer();

    // When
    var read = LearningRates.schedule(LearningRatePlan.fromByteBuffer(bytes));

    // Then
    assertThat(rates(read)).containsExactly(rates(written));
    assertThat(read.peak()).isEqualTo(written.peak());
    assertThat(read.warmUp()).isEqualTo(written.warmUp());
    if (!(written instanceof Allr)) {
      assertThat(read).isEqualTo(written);
    }
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldNameEveryRuleInRecords(RetrainingRule rule) {
    assertThat(LearningRates.rule(LearningRates.kind(rule))).isEqualTo(rule);
  }

  @ParameterizedTest
  @EnumSource(DenseRule.class)
  void shouldNameEveryRuleOfDenseTrainingToo(DenseRule rule) {
    assertThat(LearningRates.kind(rule)).matches(LearningRates::isDense);
    assertThat(LearningRates.plan(rule.schedule(0.1, 2, 22)).getSchedule())
        .isEqualTo(LearningRates.kind(rule));
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldTakeNoRuleForRetrainingForOneOfDenseTraining(RetrainingRule rule) {
    assertThat(LearningRates.isDense(LearningRates.kind(rule))).isFalse();
    assertThat(LearningRates.isDense(Schedule.UNKNOWN)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Schedule.class,
      names = {"UNKNOWN", "LINEAR", "STEP", "COSINE", "ONE_CYCLE"})
  void shouldFindNoRuleWhereThereIsNone(Schedule kind) {
    assertThatThrownBy(() -> LearningRates.rule(kind))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            kind + " is no schedule for retraining; known are FT, LRW, SLR, CLR, LLR, ALLR.");
  }

  @Test
  void shouldFollowTheRecordsOfTheFirstVersionByTheirNumbersAlone() {
    // Given records as they were before there were other schedules
    var linear = plan(Schedule.LINEAR, 0.4, 0, 44).build();
    var allr = plan(Schedule.ALLR, 0.085448, 2, 22).setD1(0.85448).setD2(0.5).build();

    // Then
    assertThat(LearningRates.schedule(linear)).isEqualTo(new LinearDecay(0.4, 0, 44));
    assertThat(LearningRates.schedule(allr)).isEqualTo(new LinearDecay(0.085448, 2, 22));
    assertThat(LearningRates.history(linear).etaOne()).isEqualTo(0.4);
  }

  static Stream<Arguments> contradictions() {
    var dense = dense(Schedule.LINEAR, 0.1, 0, 44);
    return Stream.of(
        refused(
            plan(Schedule.UNKNOWN, 0.1, 0, 22),
            "The learning-rate schedule is one that this version does not know; it knows LINEAR, ALLR, FT, LRW, SLR, CLR, LLR, STEP, COSINE, ONE_CYCLE."),
        refused(
            plan(Schedule.LRW, 0.05, 0, 22),
            "The learning-rate plan LRW lacks the rates of the dense training; it must have a history."),
        refused(
            plan(Schedule.LRW, 0.1, 0, 45).setHistory(dense),
            "LRW cannot rewind 45 iterations, as the dense training had 44; retraining must be no longer than that."),
        refused(
            plan(Schedule.SLR, 0.2, 2, 22).setHistory(dense),
            "The learning-rate plan SLR has the peak rate 0.2; after its dense training it must be 0.1."),
        refused(
            plan(Schedule.SLR, 0.1, 3, 22).setHistory(dense),
            "The learning-rate plan SLR has a warm-up of 3 iterations; of 22 it must be 2."),
        refused(
            plan(Schedule.SLR, 0.1, 2, 22).setHistory(dense(Schedule.UNKNOWN, 0.1, 0, 44)),
            "The learning-rate schedule is one that this version does not know; it knows LINEAR, ALLR, FT, LRW, SLR, CLR, LLR, STEP, COSINE, ONE_CYCLE."),
        refused(
            plan(Schedule.SLR, 0.1, 2, 22).setHistory(dense(Schedule.LLR, 0.1, 2, 22)),
            "The learning-rate plan LLR is none for dense training; it must be LINEAR, STEP, COSINE or ONE_CYCLE."),
        refused(
            plan(Schedule.SLR, 0.1, 2, 22).setHistory(dense(Schedule.LINEAR, 0.1, 0, 0)),
            "The dense training has 0 iterations, 0 of them warm-up; retraining needs at least 1 after the warm-up."),
        refused(
            plan(Schedule.LRW, 0.1, 0, 22).setHistory(dense(Schedule.COSINE, 0.1, 45, 44)),
            "The warm-up is 45 of 44 iterations; it must be part of them."),
        refused(
            plan(Schedule.SLR, 0.1, 2, 22).setHistory(dense(Schedule.ONE_CYCLE, 0.2, 13, 44)),
            "The learning-rate plan SLR has the peak rate 0.1; after its dense training it must be 0.2."),
        refused(
            plan(Schedule.FT, 0.1, 2, 22),
            "The learning-rate plan FT has a warm-up of 2 iterations; of 22 it must be 0."),
        refused(
            plan(Schedule.LLR, 0.1, 0, 22),
            "The learning-rate plan LLR has a warm-up of 0 iterations; of 22 it must be 2."),
        refused(
            plan(Schedule.CLR, 0.1, 2, 22).setMinimum(0.2),
            "The lowest dense rate is 0.2; it must be at least 0, and at most the highest, 0.1."),
        refused(
            plan(Schedule.LINEAR, Double.NaN, 0, 22),
            "The peak rate is NaN; it must be a finite number of at least 0."),
        refused(plan(Schedule.ALLR, 0.1, 0, -1), "There cannot be -1 iterations."),
        refused(
            plan(Schedule.LINEAR, 0.1, 0, 22).setMilestones(List.of(11)),
            "The learning-rate plan LINEAR has milestones [11]; only STEP can have any."),
        refused(
            plan(Schedule.STEP, 0.1, 0, 22).setMilestones(List.of(11, 11)).setFactor(0.1),
            "The milestones are [11, 11] in 22 iterations of which 0 are warm-up; they must rise, and lie after the warm-up and before the end."),
        refused(
            plan(Schedule.STEP, 0.1, 0, 22).setMilestones(List.of(11)).setFactor(0),
            "The factor at a milestone is 0.0; it must be above 0 and at most 1."));
  }

  static Stream<Arguments> strayFields() {
    var dense = dense(Schedule.LINEAR, 0.1, 0, 22);
    return Stream.of(Schedule.values())
        .filter(kind -> kind != Schedule.UNKNOWN)
        .flatMap(
            kind ->
                Stream.of(
                    Arguments.of(
                        sound(kind).setMilestones(List.of(11)).build(),
                        "has milestones [11]; only STEP can have any.",
                        List.of(Schedule.STEP)),
                    Arguments.of(
                        sound(kind).setFactor(0.1).build(),
                        "has the factor 0.1; only STEP can have one other than 1.",
                        List.of(Schedule.STEP)),
                    Arguments.of(
                        sound(kind).setMinimum(0.01).build(),
                        "has the minimum 0.01; only CLR can have one other than 0.",
                        List.of(Schedule.CLR)),
                    Arguments.of(
                        sound(kind).setHistory(dense).build(),
                        "has a history; only LRW and SLR can have one.",
                        List.of(Schedule.LRW, Schedule.SLR))));
  }

  @ParameterizedTest
  @MethodSource("strayFields")
  void shouldRefuseWhatTheScheduleMakesNoUseOf(
      LearningRatePlan plan, String sentence, List<Schedule> takers) {
    if (takers.contains(plan.getSchedule())) {
      assertThat(LearningRates.schedule(plan).iterations()).isEqualTo(22);
    } else {
      assertThatThrownBy(() -> LearningRates.schedule(plan))
          .isInstanceOf(RecipeException.class)
          .hasMessage("The learning-rate plan %s %s", plan.getSchedule(), sentence);
      assertThatThrownBy(() -> LearningRates.history(plan))
          .isInstanceOf(RecipeException.class)
          .hasMessage("The learning-rate plan %s %s", plan.getSchedule(), sentence);
    }
  }

  /** One that stands for rates. */
  private static LearningRatePlan.Builder sound(Schedule kind) {
    var dense = new LinearDecay(0.1, 0, 22);
    return LearningRatePlan.newBuilder(
        switch (kind) {
          case UNKNOWN -> throw new IllegalArgumentException("it stands for none");
          case COSINE -> LearningRates.plan(new CosineDecay(0.1, 0, 22));
          case ONE_CYCLE -> LearningRates.plan(new OneCycle(0.1, 0, 22));
          case LINEAR -> LearningRates.plan(dense);
          case STEP -> LearningRates.plan(new StepDecay(0.1, 0, 22, List.of(), 1));
          case FT, LRW, SLR, CLR, LLR, ALLR ->
              LearningRates.plan(
                  LearningRates.rule(kind).schedule(new DenseHistory(dense), 22, 0.3, 0.7));
        });
  }

  @ParameterizedTest
  @MethodSource("contradictions")
  void shouldRefuseWhatNoTrainingCanFollow(LearningRatePlan plan, String sentence) {
    assertThatThrownBy(() -> LearningRates.schedule(plan))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(sentence);
  }

  private static Arguments refused(LearningRatePlan.Builder plan, String sentence) {
    return Arguments.of(plan.build(), sentence);
  }

  private static LearningRatePlan.Builder plan(
      Schedule kind, double peak, int warmUp, int iterations) {
    return LearningRatePlan.newBuilder()
        .setSchedule(kind)
        .setPeak(peak)
        .setWarmUp(warmUp)
        .setIterations(iterations);
  }

  private static double[] rates(LearningRateSchedule schedule) {
    return IntStream.range(0, schedule.iterations()).mapToDouble(schedule::learningRate).toArray();
  }

  private static DenseRates dense(Schedule schedule, double peak, int warmUp, int iterations) {
    return new DenseRates(schedule, peak, warmUp, iterations, List.of(), 1.0);
  }
}
