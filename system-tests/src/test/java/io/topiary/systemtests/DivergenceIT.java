package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.topiary.engine.Weights;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan whose network cannot be retrained, as its rates are absurd. */
@Tag("process")
class DivergenceIT {

  private static final Duration DONE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private Services services;

  @BeforeEach
  void startBroker() throws IOException {
    services = Services.onBrokerOfTheirOwn(folder);
  }

  @AfterEach
  void stopEverything() {
    services.close();
  }

  @Test
  void shouldFailTheJobAndItsPlanWithTheEpochAndTheRate() throws Exception {
    // Given a dense network that tells of a peak rate of 1e30, from which ALLR's rates follow
    services.start("pruner");
    services.start("trainer", "--set", "topiary.trainer.slots=1");
    services.awaitReady();
    var dense = denseThatTellsOf(1e30);

    // When
    try (var client = new PipelineClient(services.broker()).follow()) {
      client.send(Topics.POLICIES, "half", Submissions.half("half", 1).build());
      client.send(Topics.CHECKPOINTS, "mlp", dense);
      await()
          .atMost(DONE)
          .until(
              () -> {
                services.requireAlive();
                return client.poll().outcomes().size() == 2 && client.deadLetters().size() == 1;
              });

      // Then
      assertThat(client.outcomes())
          .extracting(Outcome::getWork, Outcome::getResult)
          .containsExactly(tuple(Work.TRAINING, Result.FAILED), tuple(Work.PLAN, Result.FAILED));
      var reason = client.outcomes().get(0).getReason().orElseThrow();
      assertThat(reason)
          .startsWith("Training diverged: ")
          .containsPattern("in epoch 1 at learning rate \\d\\.\\d+e\\+\\d+");
      assertThat(client.outcomes().get(1).getReason()).contains(reason);
      assertThat(client.deadLetters()).containsExactly(reason);
      assertThat(client.checkpoints())
          .extracting(Checkpoint::getStage)
          .doesNotContain(Stage.RETRAINED);
    }
  }

  private Checkpoint denseThatTellsOf(double peak) throws IOException {
    var job = Submissions.denseJob("mlp");
    var rates = LearningRatePlan.newBuilder(job.getRecipe().getLearningRate()).setPeak(peak);
    var network = BuiltInNetworks.network("mlp", 0, Shape.of(1, 28, 28), 10);
    var artifacts = FileArtifactStore.open(folder.resolve("artifacts"));
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.DENSE))
        .setJobId(job.getJobId())
        .setStage(Stage.DENSE)
        .setLineage(job.getLineage())
        .setArtifact(artifacts.write(file -> Weights.initial(network, 1).write(file, Map.of())))
        .setTargetSparsity(0)
        .setRecipe(Recipe.newBuilder(job.getRecipe()).setLearningRate(rates.build()).build())
        .setEpochLoss(List.of(1.0))
        .setAt(Instant.EPOCH)
        .build();
  }
}
