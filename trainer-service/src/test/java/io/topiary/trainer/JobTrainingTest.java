package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.schedule.LinearDecay;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobTrainingTest extends JobTrainingFixture {

  @Test
  void shouldTrainAsTheEngineDoesWhenAskedDirectly() throws Exception {
    // Given
    var job = TestJobs.dense("direct", 20);
    var schedule = new LinearDecay(0.1, 0, 20);

    // When
    var checkpoint = run(job);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                schedule,
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new None(),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(Weights.initial(NETWORK, TestJobs.SEED), progress -> true);
    var expected = artifacts.write(file -> direct.weights().write(file, Map.of()));
    assertThat(checkpoint.getArtifact()).isEqualTo(expected);
    assertThat(checkpoint.getEpochLoss()).isEqualTo(direct.epochLoss());
    assertThat(checkpoint.getStage()).isEqualTo(Stage.DENSE);
    assertThat(checkpoint.getRecipe()).isEqualTo(job.getRecipe());
    assertThat(checkpoint.getLineage()).isEqualTo(job.getLineage());
    assertThat(checkpoint.getAt()).isEqualTo(NOW);
    assertThat(checkpoint.getTrainingImagesPerSecond())
        .hasValueSatisfying(rate -> assertThat(rate).isPositive());
  }

  @Test
  void shouldAugmentImagesAsTheRecipeSays() throws Exception {
    // Given
    var asked = new io.topiary.schemas.Augmentation(2, true, false);
    var job = TestJobs.with(TestJobs.dense("augmented", 20), r -> r.setAugmentation(asked));

    // When
    var checkpoint = run(job);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                new Augmentation(2, true, false),
                new LinearDecay(0.1, 0, 20),
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new None(),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(Weights.initial(NETWORK, TestJobs.SEED), progress -> true);
    assertThat(checkpoint.getArtifact())
        .isEqualTo(artifacts.write(file -> direct.weights().write(file, Map.of())))
        .isNotEqualTo(run(TestJobs.dense("augmented", 20)).getArtifact());
  }

  @Test
  void shouldMakeTheSameBytesOfTheSameJobAndOthersOfAnotherSeed() throws Exception {
    // Given
    var job = TestJobs.dense("repeated", 20);
    var other = TestJobs.with(job, recipe -> recipe.setSeed(TestJobs.SEED + 1));

    // When
    var first = run(job).getArtifact();
    var second = run(job).getArtifact();

    // Then
    assertThat(second).isEqualTo(first);
    assertThat(run(other).getArtifact()).isNotEqualTo(first);
  }

  @Test
  void shouldObeyTheNumbersOfThePlan() throws Exception {
    // Given numbers that ALLR would not come to
    var job =
        TestJobs.withPlan(
            TestJobs.dense("obeyed", 10),
            plan ->
                plan.setSchedule(Schedule.ALLR).setPeak(0.07).setWarmUp(3).setD1(0.9).setD2(0.1));
    var rates = new ArrayList<Double>();

    // When
    train(job, progress -> rates.add(progress.learningRate()));

    // Then
    var expected = new LinearDecay(0.07, 3, 10);
    assertThat(rates).hasSize(10);
    for (var i = 0; i < rates.size(); i++) {
      assertThat(rates.get(i)).isEqualTo(expected.learningRate(i));
    }
  }

  @Test
  void shouldTakeANetworkFromItsGraphFile() throws Exception {
    // Given
    var job = TestJobs.dense("graph", 5);
    var graph = artifacts.write(file -> Files.writeString(file, NetworkJson.write(NETWORK)));
    var fromFile =
        TestJobs.with(
            job, recipe -> recipe.setNetwork(new NetworkSpec(graph, List.of(1, 28, 28), 10)));

    // When, then
    assertThat(run(fromFile).getArtifact()).isEqualTo(run(job).getArtifact());
  }
}
