package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class EvaluatorServiceIT {

  private static final Duration SOON = Duration.ofSeconds(60);

  @BrokerConfig(name = "group.share.assignment.interval.ms", value = "0")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  static KafkaCluster cluster;

  @TempDir private Path folder;

  private EvaluatorFixture evaluators;

  @BeforeEach
  void open() throws InterruptedException {
    evaluators = new EvaluatorFixture(cluster.getBootstrapServers(), folder);
  }

  @AfterEach
  void close() {
    evaluators.close();
  }

  @Test
  void shouldEvaluateANetworkAtEveryStageOfItsLife() throws Exception {
    // Given
    var checkpoints = new TestCheckpoints(evaluators.artifacts, "life");
    var stages =
        List.of(
            checkpoints.dense(),
            checkpoints.pruned(),
            checkpoints.retrained(TestCheckpoints.retrained()));
    var direct = EvaluatorFixture.evaluation(evaluators.artifacts, Clock.systemUTC());

    // When
    for (var checkpoint : stages) {
      evaluators.send(checkpoint);
    }
    evaluators.start();

    // Then
    var outcomes = outcomes("life", stages.size());
    assertThat(outcomes).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(outcomes).extracting(Outcome::getWork).containsOnly(Work.EVALUATION);
    var evaluations = evaluators.read(Topics.EVALUATIONS, "life");
    assertThat(evaluations)
        .extracting(Evaluation::getStage)
        .containsExactlyInAnyOrder(Stage.DENSE, Stage.PRUNED, Stage.RETRAINED);
    for (var checkpoint : stages) {
      var id = id(checkpoint);
      assertThat(evaluations)
          .filteredOn(evaluation -> evaluation.getEvaluationId().equals(id))
          .singleElement()
          .usingRecursiveComparison()
          .ignoringFields("at", "measured")
          .isEqualTo(direct.evaluate(id, checkpoint, (done, total) -> {}));
      assertThat(evaluators.read(Topics.PROGRESS, id))
          .last()
          .satisfies(
              progress ->
                  assertThat(progress.getDone()).isPositive().isEqualTo(progress.getTotal()))
          .extracting(JobProgress::getWork)
          .isEqualTo(Work.EVALUATION);
    }
  }

  @Test
  void shouldSendTheCommittedBytesAgainWhenACheckpointComesTwice() throws Exception {
    // Given
    var checkpoint = new TestCheckpoints(evaluators.artifacts, "twice").dense();
    evaluators.start();
    evaluators.send(checkpoint);
    outcomes("twice", 1);

    // When
    evaluators.send(checkpoint);

    // Then
    outcomes("twice", 2);
    var evaluations =
        evaluators.read(Topics.EVALUATIONS.name(), "twice").stream()
            .map(ConsumerRecord::value)
            .toList();
    assertThat(evaluations).hasSize(2);
    assertThat(evaluations.get(1)).isEqualTo(evaluations.get(0));
    assertThat(evaluators.artifacts.result(id(checkpoint)))
        .hasValueSatisfying(committed -> assertThat(committed).isEqualTo(evaluations.get(0)));
  }

  @Test
  void shouldPutPoisonAsideAndGoOn() throws Exception {
    // Given
    var checkpoints = new TestCheckpoints(evaluators.artifacts, "poison");
    var good = checkpoints.dense();
    var lost = new Artifact(folder.resolve("blobs/none").toUri().toString(), 1L, "0".repeat(64));
    var poison =
        List.of(
            Checkpoint.newBuilder(good).setCheckpointId("lost").setArtifact(lost).build(),
            Checkpoint.newBuilder(checkpoints.pruned())
                .setCheckpointId("no mask at all")
                .setMask(good.getArtifact())
                .build());

    // When
    for (var bad : poison) {
      evaluators.send(bad);
    }
    evaluators.send(good);
    evaluators.start();

    // Then
    var outcomes = outcomes("poison", poison.size() + 1);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.getResult() == Result.FAILED)
        .allSatisfy(outcome -> assertThat(outcome.getReason()).isPresent())
        .extracting(Outcome::getId)
        .containsExactlyInAnyOrderElementsOf(poison.stream().map(EvaluatorServiceIT::id).toList());
    assertThat(evaluators.read(Topics.EVALUATIONS, "poison"))
        .extracting(Evaluation::getCheckpointId)
        .containsExactly(good.getCheckpointId());
    assertThat(evaluators.read(Topics.DEAD_LETTERS, "poison")).hasSize(poison.size());
  }

  private List<Outcome> outcomes(String model, int count) {
    return await()
        .atMost(SOON)
        .until(() -> evaluators.read(Topics.OUTCOMES, model), outcomes -> outcomes.size() == count);
  }

  private static String id(Checkpoint checkpoint) {
    return Ids.evaluationId(
        checkpoint.getCheckpointId(), checkpoint.getRecipe().getData().getSha256());
  }
}
