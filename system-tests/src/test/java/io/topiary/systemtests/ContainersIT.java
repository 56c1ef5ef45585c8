package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.schemas.Evaluation;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;

/**
 * The project's images on Kafka's, each in a container that can write to nothing but its declared
 * folders: a pipeline across them, a trainer that is killed, a network that is cut.
 */
@Tag("containers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainersIT {

  private static final Duration DONE = Duration.ofMinutes(4);

  /** Some twenty seconds of training, so that there is a middle of it. */
  private static final int MANY_EPOCHS = 60;

  /** A snapshot at the end of every epoch, nearly. */
  private static final Map<String, String> OFTEN_SAVED =
      Map.of("TOPIARY_TRAINER_SLOTS", "1", "TOPIARY_TRAINER_SNAPSHOT_EVERY", "2s");

  private ContainerisedServices containers;
  private PipelineClient client;

  @BeforeAll
  void startBroker() {
    containers = ContainerisedServices.onBrokerOfTheirOwn();
  }

  @AfterAll
  void stopEverything() {
    if (client != null) {
      client.close();
    }
    if (containers != null) {
      containers.close();
    }
  }

  @Test
  void shouldPruneAcrossContainersAndSurviveAKillAndACut() throws Exception {
    // Given the three services, each in a container of its own
    var pruner = containers.start("pruner", "pruner", Map.of());
    var trainer = containers.start("trainer", "trainer-a", OFTEN_SAVED);
    containers.start("evaluator", "evaluator", Map.of());
    client = new PipelineClient(containers.broker()).follow();

    shouldTakeACheckpointAllTheWayRound();
    shouldGoOnWhenTheNetworkHeals(trainer);
    shouldFinishElsewhereWhatAKilledTrainerWasAt(trainer);

    // And what is told to stop stops in order
    assertThat(containers.terminate(pruner, Duration.ofSeconds(40))).isEqualTo(143);
    assertThat(client.deadLetters()).isEmpty();
  }

  @Test
  void shouldAnswerOnTheCommandLine() {
    // When the image of the command line is asked for a plan
    var printed = containers.run("plan", "--sparsity", "0.9");

    // Then it shows one
    assertThat(printed).contains("one-shot to sparsity 0.9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"trainer", "pruner", "evaluator", "cli"})
  void shouldSayWhoseAndWhatTheyAre(String service) {
    // When
    var image = containers.configuration(service);

    // Then it is nobody's, and names the commit that it was built of
    assertThat(image.getUser()).isEqualTo("10001:10001");
    assertThat(image.getLabels())
        .containsEntry("org.opencontainers.image.title", "topiary-" + service)
        .hasEntrySatisfying(
            "org.opencontainers.image.revision",
            revision -> assertThat(revision).matches("[0-9a-f]{40}"));
  }

  private void shouldTakeACheckpointAllTheWayRound() throws Exception {
    // When somebody sends a policy and a job for dense training
    client.send(Topics.POLICIES, "half", Submissions.half("half", 0.25).build());
    send(Submissions.denseJob("mlp"));

    // Then the dense, the pruned and the retrained network are evaluated, and the plan is done
    eventually(
        () -> {
          assertThat(client.poll().evaluations())
              .extracting(Evaluation::getStage)
              .containsExactlyInAnyOrder(Stage.DENSE, Stage.PRUNED, Stage.RETRAINED);
          assertThat(client.outcomes())
              .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
              .extracting(Outcome::getResult)
              .containsExactly(Result.DONE);
        });
  }

  private void shouldGoOnWhenTheNetworkHeals(GenericContainer<?> trainer) throws Exception {
    // Given a trainer that is at a job
    var job = longJob("cut");
    awaitProgress(job, "trainer-a");

    // When no service reaches the broker for a while
    containers.cut();
    containers.awaitReady(trainer, false);
    containers.heal();

    // Then the job is done in the end
    eventually(() -> assertThat(outcome(job)).map(Outcome::getResult).contains(Result.DONE));
    containers.awaitReady(trainer, true);
  }

  private void shouldFinishElsewhereWhatAKilledTrainerWasAt(GenericContainer<?> trainer)
      throws Exception {
    // Given a trainer that is at a job, and another that is idle
    var job = longJob("killed");
    awaitProgress(job, "trainer-a");
    containers.start("trainer", "trainer-b", OFTEN_SAVED);

    // When the first is killed
    containers.kill(trainer);

    // Then the other goes on from where that had got to
    var taken = awaitProgress(job, "trainer-b");
    assertThat(taken.getDone()).isPositive();
    eventually(() -> assertThat(outcome(job)).map(Outcome::getResult).contains(Result.DONE));
    assertThat(outcome(job)).map(Outcome::getWorker).contains("trainer-b");
  }

  /** Sends a job that no policy is interested in. */
  private TrainingJob longJob(String model) throws Exception {
    var job = Submissions.denseJob(model, MANY_EPOCHS);
    send(job);
    return job;
  }

  private void send(TrainingJob job) throws Exception {
    client.send(Topics.JOBS, job.getJobId(), job);
  }

  /** The first sign that the worker has got somewhere with the job. */
  private JobProgress awaitProgress(TrainingJob job, String worker) {
    return await()
        .atMost(DONE)
        .until(
            () ->
                client.poll().progress().stream()
                    .filter(progress -> progress.getId().equals(job.getJobId()))
                    .filter(progress -> progress.getWorker().equals(worker))
                    .filter(progress -> progress.getDone() > 0)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private Optional<Outcome> outcome(TrainingJob job) {
    return client.poll().outcomes().stream()
        .filter(outcome -> outcome.getId().equals(job.getJobId()))
        .findFirst();
  }

  private static void eventually(ThrowingRunnable assertion) {
    await().atMost(DONE).untilAsserted(assertion);
  }
}
