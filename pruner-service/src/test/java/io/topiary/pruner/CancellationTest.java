package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans that somebody wants to end, whatever they are at. */
class CancellationTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private Path store;
  private DenseNetworks networks;
  private FakeTrainer trainer;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    store = directory.resolve("artifacts");
    ArtifactStore artifacts = FileArtifactStore.open(store);
    networks = new DenseNetworks(artifacts);
    trainer = new FakeTrainer(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  /** How a person may name what is to end. */
  private enum By {
    PLAN,
    JOB;

    String id(Plan plan) {
      return this == PLAN ? plan.getPlanId() : plan.getJob().getJobId();
    }

    String subject(Plan plan) {
      return (this == PLAN ? "Plan " : "Job ") + id(plan);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndAPlanWhoseJobWaits(By by) {
    // Given one of three plans, which waits behind the other two
    pruner.send(policy("strong", "*", 0.25, 0.5, 0.75));
    pruner.send(networks.linear("linear", "tonight"));
    var out = pruner.jobs();
    assertThat(out).hasSize(2);
    var waiting = plan(PlanState.WAITING);

    // When
    pruner.cancel(by.id(waiting));
    var ordered = pruner.now();
    pruner.advance(TICK);

    // Then it ends without its job ever being sent
    var outcome = onlyOutcome();
    assertThat(outcome.getId()).isEqualTo(waiting.getPlanId());
    assertThat(outcome.getWork()).isEqualTo(Work.PLAN);
    assertThat(outcome.getResult()).isEqualTo(Result.CANCELLED);
    assertThat(outcome.getLineage()).isEqualTo(waiting.getJob().getLineage());
    assertThat(outcome.getReason())
        .contains(
            "%s was cancelled by a control of %s, before its job was sent."
                .formatted(by.subject(waiting), ordered));
    assertThat(outcome.getDurationMillis()).isZero();
    assertThat(plan(PlanState.CANCELLED).getReason()).isEqualTo(outcome.getReason());
    assertThat(pruner.counter("topiary.pruner.plans", "sparsity", "0.75", "result", "cancelled"))
        .isEqualTo(1);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "waiting")).isZero();

    // When the others make room, and all comes again
    out.forEach(pruner::complete);
    pruner.cancel(by.id(waiting));
    pruner.send(networks.linear("linear", "tonight"));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes())
        .extracting(Outcome::getResult)
        .containsExactly(Result.DONE, Result.DONE);
  }

  @ParameterizedTest
  @EnumSource
  void shouldWaitForTheTrainersAnswerWhileTheJobIsOut(By by) {
    // Given
    beginThreePhases();
    var job = onlyJob();

    // When
    pruner.cancel(by.id(onlyPlan()));
    pruner.advance(TICK);

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.RETRAINING);
    assertThat(pruner.outcomes()).isEmpty();

    // When
    pruner.sendOutcome(job, Result.CANCELLED, "Somebody asked for it.");

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(onlyOutcome().getReason()).contains("Somebody asked for it.");
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotBeginTheNextPhaseWhenTheJobWasDoneAlready(By by) {
    // Given
    beginThreePhases();
    var job = onlyJob();
    pruner.checkpoints();
    var plan = onlyPlan();
    pruner.cancel(by.id(plan));

    // When
    pruner.complete(job, trainer.retrain(job, pruner.now()));

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(onlyOutcome().getResult()).isEqualTo(Result.CANCELLED);
    assertThat(onlyPlan().getReason())
        .contains(
            "%s was cancelled by a control of %s, and its next phase does not begin."
                .formatted(by.subject(plan), pruner.now()));
    pruner.advance(Duration.ofDays(1));
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.timed("topiary.pruner.mask")).isEqualTo(1);
  }

  @Test
  void shouldEndAPlanInWhateverPhaseItIs() {
    // Given a plan in its second phase, whose first job is cancelled too late
    beginThreePhases();
    var first = onlyJob();
    pruner.complete(first, trainer.retrain(first, pruner.now()));
    var second = onlyJob();
    pruner.cancel(first.getJobId());
    pruner.advance(TICK);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.RETRAINING);

    // When
    pruner.cancel(second.getJobId());
    pruner.complete(second, trainer.retrain(second, pruner.now()));

    // Then
    assertThat(onlyOutcome().getLineage().getPhase()).isEqualTo(2);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(pruner.jobs()).isEmpty();
  }

  @Test
  void shouldTakeAPlanForDoneWhoseLastPhaseWasDoneAlready() {
    // Given
    pruner.send(policy("once", "*", 0.5));
    pruner.send(networks.linear("linear", "tonight"));
    var job = onlyJob();

    // When
    pruner.cancel(job.getJobId());
    pruner.complete(job);

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.DONE);
    assertThat(onlyOutcome().getResult()).isEqualTo(Result.DONE);
  }

  @Test
  void shouldEndInsteadOfSendingAJobAgain() {
    // Given a job that no trainer has taken up
    beginThreePhases();
    onlyJob();
    pruner.cancel(onlyPlan().getPlanId());

    // When, then
    pruner.advance(PrunerDriver.PATIENCE.minus(TICK));
    assertThat(pruner.outcomes()).isEmpty();
    pruner.advance(TICK);
    assertThat(pruner.jobs()).isEmpty();
    assertThat(onlyOutcome().getResult()).isEqualTo(Result.CANCELLED);
    assertThat(onlyPlan().getReason().orElseThrow())
        .endsWith(", and nothing was heard of its job.");
  }

  @ParameterizedTest
  @EnumSource
  void shouldEndAPlanThatWaitsForTheArtifactStore(By by) throws IOException {
    // Given a first phase that is done, and parked
    beginThreePhases();
    var job = onlyJob();
    var retrained = trainer.retrain(job, pruner.now());
    Files.move(store, directory.resolve("away"));
    pruner.complete(job, retrained);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.PRUNING);
    pruner.advance(TICK);
    pruner.advance(TICK);
    assertThat(pruner.parked()).hasSize(1);

    // When, before it is tried again
    pruner.cancel(by.id(onlyPlan()));
    pruner.advance(TICK);

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(onlyOutcome().getReason().orElseThrow())
        .endsWith(", while its network could not be read.");

    // When, then it goes before the store is back, and never comes to anything
    pruner.advance(Duration.ofMinutes(1));
    assertThat(pruner.parked()).isEmpty();
    Files.move(directory.resolve("away"), store);
    pruner.send(retrained);
    pruner.advance(Duration.ofMinutes(5));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldHoldForAPlanThatBeginsLater(By by) {
    // Given what would begin, known from a pruner of its own
    var dense = networks.twoLayers("two-layers", 7);
    var expected = beginningOf(dense);

    // When
    pruner.cancel(by.id(expected));
    pruner.advance(Duration.ofDays(1));
    pruner.send(threePhases());
    pruner.send(dense);

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(onlyOutcome().getId()).isEqualTo(expected.getPlanId());
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);

    // When, then
    pruner.send(dense);
    pruner.advance(TICK);
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
  }

  @Test
  void shouldForgetAControlThatIsTakenBack() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    var planId = beginningOf(dense).getPlanId();
    pruner.cancel(planId);

    // When
    pruner.sendBytes(Topics.CONTROLS, planId, null);
    pruner.send(threePhases());
    pruner.send(dense);

    // Then
    assertThat(pruner.jobs()).hasSize(1);
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldLeaveOtherPlansAlone() {
    // Given
    beginThreePhases();
    var job = onlyJob();

    // When
    pruner.cancel("nobody");
    pruner.complete(job, trainer.retrain(job, pruner.now()));
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs()).hasSize(1);
    assertThat(pruner.outcomes()).isEmpty();
  }

  @Test
  void shouldPutAControlAsideThatSaysNothingAndKeepTheOneBefore() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    var planId = beginningOf(dense).getPlanId();
    pruner.cancel(planId);
    var control =
        Control.newBuilder().setId(planId).setCommand(Command.UNKNOWN).setAt(pruner.now()).build();

    // When
    pruner.send(Topics.CONTROLS, planId, control);
    pruner.send(Topics.CONTROLS, "another", control);
    pruner.sendBytes(Topics.CONTROLS, null, Topics.CONTROLS.serde().encode(control));

    // Then
    assertThat(pruner.deadLetters())
        .extracting(letter -> header(letter.headers().lastHeader(DeadLetters.MESSAGE).value()))
        .containsExactly(
            "The control of '%s' has a command that this version does not know; it knows CANCEL."
                .formatted(planId),
            "The control of '%s' is sent under the key 'another'; the key must be its id."
                .formatted(planId),
            "A control has no key; the key must be the id of the job or plan that it is about.");
    assertThat(pruner.counter("topiary.dead.letters", "topic", Topics.CONTROLS.name()))
        .isEqualTo(3);

    // When, then
    pruner.send(threePhases());
    pruner.send(dense);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void shouldForgetWhatItCannotReadOfTheControlsInForce(int bytes) {
    // Given a control, and what a newer pruner has accepted in its place
    var dense = networks.twoLayers("two-layers", 7);
    var planId = beginningOf(dense).getPlanId();
    pruner.cancel(planId);
    pruner.sendBytes(Topics.ACCEPTED_CONTROLS, planId, new byte[bytes]);

    // When
    pruner.send(threePhases());
    pruner.send(dense);

    // Then
    assertThat(pruner.jobs()).hasSize(1);
    assertThat(pruner.deadLetters()).isEmpty();
  }

  /** The plan that a pruner would begin. */
  private Plan beginningOf(Checkpoint dense) {
    try (var other =
        new PrunerDriver(FileArtifactStore.open(store), directory.resolve("other state"))) {
      other.send(threePhases());
      other.send(dense);
      return other.plans().get(0);
    }
  }

  private void beginThreePhases() {
    pruner.send(threePhases());
    pruner.send(networks.twoLayers("two-layers", 7));
  }

  private static PruningPolicy threePhases() {
    return PruningPolicy.newBuilder(policy("thrice", "*", 0.9))
        .setMethod(Method.IMP)
        .setPhases(3)
        .build();
  }

  private TrainingJob onlyJob() {
    var jobs = pruner.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }

  private Outcome onlyOutcome() {
    var outcomes = pruner.outcomes();
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  private Plan onlyPlan() {
    var plans = pruner.plans();
    assertThat(plans).hasSize(1);
    return plans.get(0);
  }

  private Plan plan(PlanState state) {
    return pruner.plans().stream()
        .filter(plan -> plan.getState() == state)
        .reduce(
            (one, other) -> {
              throw new AssertionError("more than one plan is " + state);
            })
        .orElseThrow();
  }

  private static String header(byte[] value) {
    return new String(value, UTF_8);
  }
}
