package io.topiary.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The three jars, started as anybody would start them, against a broker in a fourth process. */
@Tag("process")
class ThreeServicesIT {

  private static final Duration DONE = Duration.ofMinutes(3);

  /** Stage and phase of all networks of one dense run and two plans. */
  private static final List<String> EVALUATED =
      List.of(
          "DENSE 0",
          "PRUNED 1",
          "PRUNED 1",
          "RETRAINED 1",
          "RETRAINED 1",
          "PRUNED 2",
          "PRUNED 2",
          "RETRAINED 2",
          "RETRAINED 2");

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
  void shouldTakeACheckpointAllTheWayRound() throws Exception {
    // Given the three services, ready
    var three = List.of("pruner", "trainer", "evaluator").stream().map(services::start).toList();
    services.awaitReady();
    for (var service : three) {
      assertThat(service.status("/livez")).isEqualTo(200);
    }

    // When somebody sends a policy and a job for dense training, and a record that is no Avro
    try (var client = new PipelineClient(services.broker()).follow()) {
      var job = Submissions.denseJob("mlp");
      client.send(Topics.JOBS.name(), "nobody", "this is no Avro".getBytes(UTF_8));
      client.send(Topics.POLICIES, "half", twoPhasesByTwoSeeds());
      client.send(Topics.JOBS, job.getJobId(), job);

      // Then both plans are done, and every network of theirs evaluated once
      await()
          .atMost(DONE)
          .untilAsserted(
              () -> {
                client.poll();
                services.requireAlive();
                assertThat(client.evaluations())
                    .extracting(ThreeServicesIT::stageAndPhase)
                    .containsExactlyInAnyOrderElementsOf(EVALUATED);
                assertThat(client.outcomes())
                    .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
                    .extracting(Outcome::getResult)
                    .containsExactly(Result.DONE, Result.DONE);
              });
      assertAllIsDoneOnce(client);
      assertThat(client.deadLetters()).singleElement().asString().contains("TrainingJob");
    }
    assertThat(three.get(0).page("/metrics")).contains("topiary_pruner_plans_total");
    assertThat(three.get(1).page("/metrics")).contains("topiary_training_duration_seconds");
    assertThat(three.get(2).page("/metrics")).contains("topiary_theoretical_speedup");

    // And each stops in order when it is told to
    for (var service : three) {
      assertThat(service.terminate(Duration.ofSeconds(30))).as(service.output()).isEqualTo(143);
    }
  }

  @Test
  void shouldSayInOneSentenceWhatCannotBe() throws Exception {
    // Given services with a setting that is missing, wrong or unknown
    var unset = services.startUntold("trainer");
    var wrong = services.start("trainer", "--set", "topiary.trainer.slots=none");
    var unknown = services.start("evaluator", "--set", "topiary.evaluator.slot=1");

    // Then each ends with one sentence that names it
    assertThat(unset.exitStatus(Services.STARTED)).isEqualTo(2);
    assertThat(unset.output().lines()).singleElement().asString().contains("topiary.");
    assertThat(wrong.exitStatus(Services.STARTED)).isEqualTo(2);
    assertThat(wrong.output().lines())
        .singleElement()
        .asString()
        .contains("topiary.trainer.slots", "none");
    assertThat(unknown.exitStatus(Services.STARTED)).isEqualTo(2);
    assertThat(unknown.output().lines())
        .singleElement()
        .asString()
        .contains("topiary.evaluator.slot");
  }

  private static void assertAllIsDoneOnce(PipelineClient client) {
    assertThat(client.outcomes()).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(client.checkpoints())
        .hasSameSizeAs(EVALUATED)
        .allSatisfy(ThreeServicesIT::holdsWhatItNames)
        .extracting(Checkpoint::getCheckpointId)
        .containsExactlyInAnyOrderElementsOf(
            client.evaluations().stream().map(Evaluation::getCheckpointId).toList())
        .doesNotHaveDuplicates();
    assertThat(client.evaluations())
        .filteredOn(evaluation -> evaluation.getStage() == Stage.RETRAINED)
        .filteredOn(evaluation -> evaluation.getLineage().getPhase() == 2)
        .extracting(Evaluation::getSparsity)
        .containsOnly(Math.rint(0.5 * 406_528) / 406_528);
  }

  private static String stageAndPhase(Evaluation evaluation) {
    return evaluation.getStage() + " " + evaluation.getLineage().getPhase();
  }

  private static void holdsWhatItNames(Checkpoint checkpoint) throws Exception {
    for (var artifact : artifacts(checkpoint)) {
      var bytes = Files.readAllBytes(Path.of(URI.create(artifact.getUri())));
      var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertThat(bytes).hasSize(Math.toIntExact(artifact.getSize()));
      assertThat(HexFormat.of().formatHex(digest)).isEqualTo(artifact.getSha256());
    }
  }

  private static List<Artifact> artifacts(Checkpoint checkpoint) {
    var artifacts = new ArrayList<>(List.of(checkpoint.getArtifact()));
    checkpoint.getMask().ifPresent(artifacts::add);
    checkpoint.getMomentum().ifPresent(artifacts::add);
    return artifacts;
  }

  private static PruningPolicy twoPhasesByTwoSeeds() {
    return Submissions.half("half", 0.25)
        .setMethod(Method.IMP)
        .setPhases(2)
        .setSeeds(List.of(1L, 2L))
        .build();
  }
}
