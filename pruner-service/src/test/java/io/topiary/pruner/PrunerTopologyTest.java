package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrunerTopologyTest {

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
  void shouldMakeAPlanForEveryMatchingPolicyAndSparsity() {
    // Given
    pruner.send(policy("gentle", "lin*", 0.25));
    pruner.send(policy("others", "resnet*", 0.9));
    pruner.send(policy("strong", "line?r", 0.5, 0.75));

    // When
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    var pruned = pruner.checkpoints();
    assertThat(pruned).extracting(Checkpoint::getStage).containsOnly(Stage.PRUNED);
    assertThat(pruned)
        .extracting(checkpoint -> checkpoint.getPolicy().orElseThrow())
        .containsExactlyInAnyOrder("gentle", "strong", "strong");
    assertThat(pruned)
        .extracting(Checkpoint::getTargetSparsity)
        .containsExactlyInAnyOrder(0.25, 0.5, 0.75);
    assertThat(pruned)
        .extracting(checkpoint -> checkpoint.getLineage().getPlan())
        .doesNotHaveDuplicates();
    assertThat(pruner.gauge("topiary.pruner.sparsity", "model", "linear", "sparsity", "0.75"))
        .isEqualTo(0.75);
  }

  @Test
  void shouldSendEveryJobUnderItsId() {
    // Given
    pruner.send(policy("strong", "*", 0.5));

    // When
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    var pruned = pruner.checkpoints().get(0);
    assertThat(pruner.jobs())
        .singleElement()
        .satisfies(job -> assertThat(job.getJobId()).isEqualTo(pruned.getJobId()))
        .satisfies(job -> assertThat(job.getMask()).isEqualTo(pruned.getMask()))
        .satisfies(job -> assertThat(job.getRecipe()).isEqualTo(pruned.getRecipe()));
  }

  @Test
  void shouldDoNothingTwice() {
    // Given
    var dense = networks.linear("linear", "tonight");
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(dense);
    var job = onlyJob();
    pruner.checkpoints();

    // When everything comes again, before and after the plan has ended
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(dense);
    pruner.advance(TICK);
    pruner.complete(job);
    pruner.complete(job);
    pruner.send(dense);
    pruner.advance(TICK);

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).hasSize(1);
    assertThat(pruner.timed("topiary.pruner.mask")).isEqualTo(1);
  }

  @Test
  void shouldPruneANewGenerationAnew() {
    // Given
    pruner.send(policy("strong", "*", 0.5));

    // When
    pruner.send(networks.linear("linear", "tonight"));
    pruner.send(networks.linear("linear", "tomorrow"));

    // Then
    assertThat(pruner.jobs())
        .extracting(job -> job.getLineage().getGeneration())
        .containsExactly("tonight", "tomorrow");
  }

  @Test
  void shouldApplyAPolicyThatComesLaterToTheNewestCheckpoint() {
    // Given the newest one and two that are older, one of them late
    var tonight = networks.linear("linear", "tonight");
    pruner.send(networks.linear("linear", "yesterday"));
    pruner.send(tonight);
    pruner.send(
        Checkpoint.newBuilder(networks.linear("linear", "long ago"))
            .setAt(tonight.getAt().minusSeconds(1))
            .build());
    assertThat(pruner.checkpoints()).isEmpty();

    // When
    pruner.send(policy("strong", "*", 0.5));
    pruner.advance(TICK);
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs())
        .extracting(job -> job.getLineage().getGeneration())
        .containsExactly("tonight");
  }

  @Test
  void shouldApplyALaterPolicyToOneModelAtATimeAsATransactionMayNotTakeLonger() {
    // Given
    pruner.send(networks.linear("first", "tonight"));
    pruner.send(networks.linear("second", "tonight"));
    pruner.send(policy("strong", "*", 0.5));

    // When, then
    pruner.advance(TICK);
    assertThat(pruner.checkpoints()).hasSize(1);
    pruner.advance(TICK);
    assertThat(pruner.checkpoints()).hasSize(1);
    pruner.advance(TICK);
    assertThat(pruner.checkpoints()).isEmpty();
  }

  @Test
  void shouldNotPruneANetworkThatWasTrainedSparse() {
    // Given
    var dense = networks.linear("linear", "tonight");
    var sparse = Checkpoint.newBuilder(dense).setStage(Stage.SPARSE).setTargetSparsity(0.9);
    sparse.getLineageBuilder().setMethod(Method.GMP);
    pruner.send(sparse.build());

    // When a policy comes before the next one, and after the first
    pruner.send(policy("strong", "*", 0.5));
    pruner.advance(TICK);
    pruner.send(sparse.setCheckpointId("another").build());

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.plans()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldForgetAPolicyThatIsRemoved() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.sendBytes(Topics.POLICIES, "strong", null);

    // When
    pruner.send(networks.linear("linear", "tonight"));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldEndThePlanWhenItsNetworkComesBack() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = onlyJob();

    // When
    pruner.advance(Duration.ofMinutes(2));
    pruner.complete(job);

    // Then
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getId()).isEqualTo(job.getLineage().getPlan().orElseThrow());
              assertThat(outcome.getWork()).isEqualTo(Work.PLAN);
              assertThat(outcome.getResult()).isEqualTo(Result.DONE);
              assertThat(outcome.getLineage()).isEqualTo(job.getLineage());
              assertThat(outcome.getReason()).isEmpty();
              assertThat(outcome.getDurationMillis()).isEqualTo(120_000);
            });
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isZero();
    assertThat(pruner.counter("topiary.pruner.plans", "result", "done", "model", "linear"))
        .isEqualTo(1);
  }

  @Test
  void shouldEndThePlanWhenItsRetrainingFails() {
    // Given
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = onlyJob();

    // When it fails, and a late copy of it succeeds
    pruner.sendOutcome(job, Result.FAILED, "The loss is NaN in epoch 1.");
    pruner.complete(job);

    // Then
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.FAILED))
        .satisfies(
            outcome -> assertThat(outcome.getReason()).contains("The loss is NaN in epoch 1."));
    assertThat(pruner.counter("topiary.pruner.plans", "result", "failed")).isEqualTo(1);
  }

  @Test
  void shouldLeaveTheWorkOfOthersAlone() {
    // Given a job of somebody else's, and one of ours with another id
    pruner.send(policy("strong", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var ours = onlyJob();
    var foreign = TrainingJob.newBuilder(ours).setJobId("foreign").build();
    var unplanned = TrainingJob.newBuilder(ours);
    unplanned.getLineageBuilder().clearPlan();

    // When
    pruner.complete(foreign);
    pruner.complete(unplanned.build());
    pruner.sendOutcome(foreign, Result.FAILED, "It was not ours.");

    // Then
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isEqualTo(1);
  }

  @Test
  void shouldApplyAnEditedPolicyOnlyToCheckpointsThatComeAfterwards() {
    // Given
    var policy = policy("strong", "*", 0.5);
    var tonight = networks.linear("linear", "tonight");
    pruner.send(policy);
    pruner.send(tonight);
    assertThat(pruner.checkpoints()).hasSize(1);

    // When it is edited, and the checkpoint comes once more
    pruner.send(
        PruningPolicy.newBuilder(policy)
            .setRetrainEpochs(4)
            .setSparsities(List.of(0.5, 0.75))
            .build());
    pruner.advance(TICK);
    pruner.send(tonight);

    // Then
    assertThat(pruner.checkpoints()).isEmpty();

    // When, then
    pruner.send(networks.linear("linear", "tomorrow"));
    assertThat(pruner.checkpoints())
        .extracting(checkpoint -> checkpoint.getRecipe().getEpochs())
        .containsExactly(4.0, 4.0);
  }

  @Test
  void shouldApplyAnEditedPolicyToAModelThatItWasNotForBefore() {
    // Given
    pruner.send(policy("strong", "others", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    assertThat(pruner.checkpoints()).isEmpty();

    // When
    pruner.send(policy("strong", "*", 0.5));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.checkpoints()).hasSize(1);
  }

  @Test
  void shouldNotGoOnWithAPolicyWhoseNewestVersionItCannotRead() {
    // Given a policy, and what a newer pruner has accepted in its place
    pruner.send(policy("strong", "*", 0.5));
    pruner.sendBytes(Topics.ACCEPTED_POLICIES, "strong", new byte[] {1, 2, 3});

    // When
    pruner.send(networks.linear("linear", "tonight"));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldNotBeKilledByWhatItHoldsInFull() {
    // Given
    for (var topic : List.of(Topics.ACCEPTED_POLICIES, Topics.ACCEPTED_CONTROLS, Topics.PROGRESS)) {
      pruner.sendBytes(topic, "noise", new byte[] {1, 2, 3});
      pruner.sendBytes(topic, "noise", new byte[0]);
      pruner.sendBytes(topic, "noise", null);
    }
    pruner.send(policy("strong", "*", 0.5));

    // When
    pruner.send(networks.linear("linear", "tonight"));

    // Then
    assertThat(pruner.jobs()).hasSize(1);
  }

  private TrainingJob onlyJob() {
    var jobs = pruner.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }
}
