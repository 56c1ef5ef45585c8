package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When jobs go out, and when again. */
class JobSendingTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private DenseNetworks networks;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    var artifacts = FileArtifactStore.open(directory.resolve("artifacts"));
    networks = new DenseNetworks(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  @Test
  void shouldHaveTwoJobsOutForTheOneSlotThatIsAssumed() {
    // Given
    pruner.send(policy("strong", "*", 0.25, 0.5, 0.75));

    // When
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    var sent = pruner.jobs();
    assertThat(sent).extracting(TrainingJob::getTargetSparsity).containsExactly(0.25, 0.5);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "waiting")).isEqualTo(1);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isEqualTo(2);

    // When one of them ends
    pruner.sendOutcome(sent.get(0), Result.FAILED, "The disk is full.");

    // Then
    assertThat(pruner.jobs()).extracting(TrainingJob::getTargetSparsity).containsExactly(0.75);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "waiting")).isZero();
  }

  @Test
  void shouldHaveTwoJobsOutForEverySlotHeardOfInTheLastMinute() {
    // Given two jobs out of nine, and trainers that are heard of
    var sparsities = new Double[] {0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7};
    pruner.send(policy("strong", "*", sparsities));
    pruner.send(networks.linear("linear", "tonight"));
    var sent = pruner.jobs();
    pruner.sendProgress(sent.get(0), Work.TRAINING, "silent since", 100);
    pruner.advance(Duration.ofSeconds(61));

    // When
    pruner.sendProgress(sent.get(0), Work.TRAINING, "one", 2);
    pruner.sendProgress(sent.get(1), Work.TRAINING, "one", 2);
    pruner.sendProgress(sent.get(1), Work.TRAINING, "another", 1);
    pruner.sendProgress(sent.get(1), Work.EVALUATION, "evaluator", 100);
    var before = pruner.jobs().size();
    pruner.advance(TICK);

    // Then
    assertThat(before).isZero();
    assertThat(pruner.jobs()).hasSize(2 * 3 - 2);
  }

  @Test
  void shouldCountATrainerThatClaimsNonsenseAsOneSlot() {
    // Given two jobs out of seven
    pruner.send(policy("strong", "*", 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7));
    pruner.send(networks.linear("linear", "tonight"));
    var sent = pruner.jobs();

    // When
    pruner.sendProgress(sent.get(0), Work.TRAINING, "one", Integer.MIN_VALUE);
    pruner.sendProgress(sent.get(0), Work.TRAINING, "another", Integer.MAX_VALUE);
    pruner.sendProgress(sent.get(0), Work.TRAINING, "a third", 0);
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs()).hasSize(2 * 3 - 2);
  }

  @Test
  void shouldSendAJobAgainThatIsNotHeardOf() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = onlyJob();

    // When, then
    pruner.advance(PrunerDriver.PATIENCE.minusSeconds(1));
    assertThat(pruner.jobs()).isEmpty();
    pruner.advance(TICK);
    assertThat(pruner.jobs()).containsExactly(job);
    assertThat(pruner.counter("topiary.pruner.jobs.resent")).isEqualTo(1);

    // When, then with twice the patience
    pruner.advance(PrunerDriver.PATIENCE.multipliedBy(2).minusSeconds(1));
    assertThat(pruner.jobs()).isEmpty();
    pruner.advance(TICK);
    assertThat(pruner.jobs()).containsExactly(job);

    // When it comes back after all
    pruner.complete(job);
    pruner.advance(Duration.ofDays(1));

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).extracting(Outcome::getResult).containsExactly(Result.DONE);
  }

  @Test
  void shouldGiveAJobUpThatIsNeverHeardOf() {
    // Given one of three jobs that waits behind the other two
    pruner.send(policy("strong", "*", 0.25, 0.5, 0.75));
    pruner.send(networks.linear("linear", "tonight"));
    var sent = pruner.jobs();
    assertThat(sent).hasSize(2);

    // When both are sent six times
    for (var sends = 1; sends < 6; sends++) {
      pruner.advance(PrunerDriver.PATIENCE.multipliedBy(1L << (sends - 1)));
      assertThat(pruner.jobs()).containsExactlyElementsOf(sent);
    }
    pruner.sendProgress(sent.get(1), Work.TRAINING, "trainer-0", 1);
    pruner.advance(PrunerDriver.PATIENCE.multipliedBy(1L << 5).minus(TICK));
    assertThat(pruner.outcomes()).isEmpty();
    pruner.sendProgress(sent.get(1), Work.TRAINING, "trainer-0", 1);
    pruner.advance(TICK);

    // Then the one that is never heard of makes room for the third
    assertThat(pruner.jobs()).extracting(TrainingJob::getTargetSparsity).containsExactly(0.75);
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(Optional.of(outcome.getId()))
                  .isEqualTo(sent.get(0).getLineage().getPlan());
              assertThat(outcome.getResult()).isEqualTo(Result.FAILED);
              assertThat(outcome.getReason().orElseThrow())
                  .startsWith("Nothing was heard of job " + sent.get(0).getJobId())
                  .contains("sent 6 times");
            });
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isEqualTo(2);

    // When the other falls silent, then it is sent once more
    pruner.advance(PrunerDriver.PATIENCE.multipliedBy(1L << 5));
    assertThat(pruner.jobs()).contains(sent.get(1));
  }

  @Test
  void shouldWaitForAJobThatIsHeardOf() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = onlyJob();

    // When
    for (var i = 0; i < 12; i++) {
      pruner.advance(Duration.ofMinutes(9));
      pruner.sendProgress(job, Work.TRAINING, "trainer-0", 1);
    }

    // Then
    assertThat(pruner.jobs()).isEmpty();

    // When it is heard of no more
    pruner.advance(PrunerDriver.PATIENCE);

    // Then
    assertThat(pruner.jobs()).containsExactly(job);
  }

  private TrainingJob onlyJob() {
    var jobs = pruner.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }
}
