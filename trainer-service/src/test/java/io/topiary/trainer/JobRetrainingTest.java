package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobRetrainingTest extends JobTrainingFixture {

  @Test
  void shouldRetrainFromTheGivenWeightsAndKeepWhatTheMaskPruned() throws Exception {
    // Given a dense network, every other weight of which is pruned
    var dense = run(TestJobs.dense("masked", 5));
    var job = halved(TestJobs.dense("masked", 10), dense);

    // When
    var checkpoint = run(job);

    // Then
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getMask()).isEqualTo(job.getMask());
    assertThat(checkpoint.getDense()).isEqualTo(job.getDense());
    assertThat(checkpoint.getPolicy()).hasValue("halve");
    assertThat(checkpoint.getTargetSparsity()).isEqualTo(0.5);
    assertKept(everyOther(), read(dense.getArtifact()), read(checkpoint.getArtifact()));
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldRetrainWithEverySchedule(RetrainingRule rule) throws Exception {
    // Given a pruned network, and a dense training that its rates derive from
    var history = new DenseHistory(StepDecay.threeDrops(0.1, 4, 40));
    var schedule = rule.schedule(history, 22, 0.3, 0.5);
    var dense = run(TestJobs.dense("rules", 5));
    var job =
        TestJobs.withPlan(
            halved(TestJobs.dense("rules", 22), dense),
            plan -> LearningRatePlan.newBuilder(LearningRates.plan(schedule)));
    var rates = new ArrayList<Double>();

    // When
    var trained = train(job, progress -> rates.add(progress.learningRate()));

    // Then
    var expected = IntStream.range(0, 22).mapToObj(schedule::learningRate).toList();
    assertThat(rates).isEqualTo(expected);
    assertThat(trained.epochLoss()).hasSize(1).allMatch(Double::isFinite);
    assertKept(everyOther(), read(dense.getArtifact()), trained.weights());
  }

  @Test
  void shouldOnlyEnforceTheMaskWhenThereIsNothingToRetrain() throws Exception {
    // Given a phase of no epochs
    var dense = run(TestJobs.dense("untouched", 5));
    var job = halved(TestJobs.dense("untouched", 0), dense);
    var told = new ArrayList<TrainingProgress>();

    // When
    var checkpoint = training.store(job, train(job, told::add));

    // Then
    assertThat(told).isEmpty();
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getEpochLoss()).isEmpty();
    assertThat(checkpoint.getTrainingImagesPerSecond()).isEmpty();
    var masked = read(dense.getArtifact()).masked(everyOther());
    assertThat(checkpoint.getArtifact())
        .isEqualTo(artifacts.write(file -> masked.write(file, Map.of())));
  }

  @Test
  void shouldLeaveMomentumBehindForThePhaseThatFollowsOnly() throws Exception {
    // Given
    var dense = run(TestJobs.dense("phases", 5));
    var first = phase(1, halved(TestJobs.dense("phases", 10), dense));

    // When
    var afterFirst = run(first);
    var second = TestJobs.withMomentum(phase(2, first), afterFirst.getMomentum().orElseThrow());
    var afterSecond = run(second);

    // Then
    assertThat(dense.getMomentum()).isEmpty();
    assertThat(afterSecond.getMomentum()).isEmpty();
    var direct = train(first, progress -> true);
    assertThat(afterFirst.getMomentum()).contains(artifacts.write(direct.momentum()::write));
  }

  @Test
  void shouldGoOnWithTheMomentumOfThePhaseBefore() throws Exception {
    // Given what a phase has left behind
    var dense = run(TestJobs.dense("carried", 5));
    var first = phase(1, halved(TestJobs.dense("carried", 10), dense));
    var before = train(first, progress -> true);
    var start = training.store(first, before);

    // When
    var without = TestJobs.from(phase(2, first), start.getArtifact());
    var with = TestJobs.withMomentum(without, start.getMomentum().orElseThrow());
    var trained = run(with);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                new LinearDecay(0.1, 0, 10),
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new Keep(everyOther()),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(before.weights(), Optional.of(before.momentum()), progress -> true);
    assertThat(trained.getArtifact())
        .isEqualTo(artifacts.write(file -> direct.weights().write(file, Map.of())))
        .isNotEqualTo(run(without).getArtifact());
  }

  /** What is pruned is exactly 0, and all else was trained. */
  private static void assertKept(Mask mask, Weights before, Weights after) {
    for (var parameter : NETWORK.prunable()) {
      var start = before.values(parameter);
      var values = after.values(parameter);
      for (var i = 0; i < values.limit(); i++) {
        if (mask.tensor(parameter.name()).isAlive(i)) {
          assertThat(values.get(i)).isNotEqualTo(start.get(i));
        } else {
          assertThat(Float.floatToIntBits(values.get(i))).isZero();
        }
      }
    }
  }
}
