package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody ends a plan whose network is being retrained. */
@Tag("process")
class CancellationIT {

  private static final Duration DONE = Duration.ofMinutes(2);

  /** Of hours. */
  private static final double MANY_EPOCHS = 100_000;

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
  void shouldEndAPlanThatIsUnderWayAndTakeTheNext() throws Exception {
    // Given a trainer with one slot, which is at a plan's retraining
    services.start("pruner");
    var trainer = services.start("trainer", "--set", "topiary.trainer.slots=1");
    services.awaitReady();
    try (var client = new PipelineClient(services.broker()).follow()) {
      var dense = Submissions.denseJob("mlp");
      client.send(Topics.POLICIES, "long", Submissions.half("long", MANY_EPOCHS).build());
      client.send(Topics.JOBS, dense.getJobId(), dense);
      var retraining = awaitRetraining(client);

      // When another plan waits behind it, and it is cancelled
      client.send(Topics.POLICIES, "short", Submissions.half("short", 0.25).build());
      var plan = retraining.getLineage().getPlan().orElseThrow();
      client.send(Topics.CONTROLS, plan, new Control(plan, Command.CANCEL, Instant.now()));

      // Then it ends cancelled with its job, and the other is done
      await()
          .atMost(DONE)
          .untilAsserted(
              () -> {
                client.poll();
                services.requireAlive();
                assertThat(client.outcomes())
                    .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
                    .extracting(Outcome::getResult)
                    .containsExactly(Result.CANCELLED, Result.DONE);
              });
      assertThat(client.outcomes())
          .filteredOn(outcome -> outcome.getResult() == Result.CANCELLED)
          .extracting(Outcome::getId)
          .containsExactly(retraining.getId(), plan);
      assertThat(client.checkpoints())
          .filteredOn(checkpoint -> checkpoint.getStage() == Stage.RETRAINED)
          .singleElement()
          .satisfies(end -> assertThat(end.getPolicy()).contains("short"));
      assertThat(client.deadLetters()).isEmpty();
    }
    assertThat(trainer.page("/metrics")).contains("result=\"cancelled\"");
  }

  /** The first sign of life of a plan's job. */
  private JobProgress awaitRetraining(PipelineClient client) {
    return await()
        .atMost(DONE)
        .until(
            () -> {
              services.requireAlive();
              return client.poll().progress().stream()
                  .filter(progress -> progress.getWork() == Work.TRAINING && progress.getDone() > 0)
                  .filter(progress -> isOfAPlan(progress.getLineage()))
                  .findFirst();
            },
            found -> found.isPresent())
        .orElseThrow();
  }

  private static boolean isOfAPlan(Lineage lineage) {
    return lineage.getPlan().isPresent();
  }
}
