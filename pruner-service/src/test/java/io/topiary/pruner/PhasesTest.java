package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.pruner.pruning.WantedPlan;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Method;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Result;
import io.topiary.schemas.SelectorKind;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans of several phases, and several plans of one dense network. */
class PhasesTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private FakeTrainer trainer;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    artifacts = FileArtifactStore.open(directory.resolve("artifacts"));
    networks = new DenseNetworks(artifacts);
    trainer = new FakeTrainer(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  @Test
  void shouldGoRoundUntilTheLastPhaseIsDone() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    pruner.send(imp("thrice", 0.9));
    pruner.send(dense);

    // When every job is done a minute after it was sent
    var jobs = new ArrayList<TrainingJob>();
    var pruned = new ArrayList<Checkpoint>();
    for (var phase = 1; phase <= 3; phase++) {
      assertThat(pruner.outcomes()).as("before phase %d is done", phase).isEmpty();
      var job = onlyJob();
      pruned.addAll(pruner.checkpoints());
      jobs.add(job);
      pruner.advance(Duration.ofMinutes(1));
      complete(job);
    }

    // Then it is what the rules ask for, id by id
    assertThat(jobs).containsExactlyElementsOf(expected(dense, imp("thrice", 0.9), 0.9));
    assertThat(pruned).extracting(Checkpoint::getStage).containsOnly(Stage.PRUNED);
    assertThat(pruned).extracting(Checkpoint::getJobId).containsExactlyElementsOf(ids(jobs));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getId())
                  .isEqualTo(jobs.get(0).getLineage().getPlan().orElseThrow());
              assertThat(outcome.getWork()).isEqualTo(Work.PLAN);
              assertThat(outcome.getResult()).isEqualTo(Result.DONE);
              assertThat(outcome.getLineage()).isEqualTo(jobs.get(2).getLineage());
              assertThat(outcome.getDurationMillis()).isEqualTo(180_000);
            });
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.DONE);
    assertThat(pruner.counter("topiary.pruner.plans", "method", "imp", "result", "done"))
        .isEqualTo(1);
    assertThat(pruner.gauge("topiary.pruner.sparsity", "method", "imp", "sparsity", "0.9"))
        .isEqualTo(pruner.gauge("topiary.pruner.sparsity"))
        .isBetween(0.89, 0.91);
  }

  @Test
  void shouldChangeNothingWhateverComesAgain() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    pruner.send(imp("thrice", 0.9));
    pruner.send(dense);

    // When whatever has come so far comes again at every point
    var seen = new ArrayList<>(List.of(dense));
    for (var phase = 1; phase <= 3; phase++) {
      var job = onlyJob();
      seen.addAll(pruner.checkpoints());
      seen.forEach(pruner::send);
      assertThat(pruner.jobs()).isEmpty();
      assertThat(pruner.checkpoints()).isEmpty();
      var retrained = trainer.retrain(job, pruner.now());
      seen.add(retrained);
      pruner.complete(job, retrained);
    }
    seen.forEach(pruner::send);
    pruner.send(imp("thrice", 0.9));
    pruner.advance(TICK);
    pruner.advance(Duration.ofDays(1));

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
    assertThat(pruner.outcomes()).hasSize(1);
    assertThat(pruner.timed("topiary.pruner.mask")).isEqualTo(3);
  }

  @Test
  void shouldLeaveANetworkAloneThatTheCurrentJobHasNotMade() {
    // Given a plan in its second phase
    pruner.send(imp("thrice", 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));
    complete(onlyJob());
    var second = onlyJob();
    pruner.checkpoints();

    // When
    pruner.send(
        Checkpoint.newBuilder(trainer.retrain(second, pruner.now())).setJobId("foreign").build());
    pruner.sendOutcome(
        TrainingJob.newBuilder(second).setJobId("foreign").build(), Result.FAILED, "Not ours.");

    // Then
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.RETRAINING);
  }

  @Test
  void shouldKeepToThePolicyThatThePlanBeganWith() {
    // Given a plan in its second phase
    var policy = imp("thrice", 0.9);
    var dense = networks.twoLayers("two-layers", 7);
    pruner.send(policy);
    pruner.send(dense);
    var jobs = new ArrayList<>(List.of(onlyJob()));
    complete(jobs.get(0));
    jobs.add(onlyJob());

    // When the policy is edited, and removed
    pruner.send(
        PruningPolicy.newBuilder(policy)
            .setSelector(SelectorKind.RANDOM)
            .setRetrainEpochs(9)
            .setPhases(7)
            .build());
    pruner.advance(TICK);
    complete(jobs.get(1));
    jobs.add(onlyJob());
    pruner.sendBytes(Topics.POLICIES, "thrice", null);
    pruner.advance(TICK);
    complete(jobs.get(2));

    // Then
    assertThat(jobs).containsExactlyElementsOf(expected(dense, policy, 0.9));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.DONE);
    assertThat(onlyPlan().getPinnedPolicy()).contains(policy);
  }

  @Test
  void shouldMakeAPlanForEveryTargetAndSeed() {
    // Given
    var policy =
        PruningPolicy.newBuilder(imp("all", 0.5, 0.9)).setSeeds(List.of(1L, 2L, 3L)).build();
    pruner.send(policy);

    // When
    pruner.send(networks.twoLayers("two-layers", 7));

    // Then
    assertThat(pruner.plans())
        .extracting(plan -> plan.getJob().getTargetSparsity() + "/" + seed(plan.getJob()))
        .containsExactlyInAnyOrder("0.5/1", "0.5/2", "0.5/3", "0.9/1", "0.9/2", "0.9/3");
    assertThat(pruner.checkpoints())
        .extracting(Checkpoint::getCheckpointId)
        .hasSize(6)
        .doesNotHaveDuplicates();

    // When all of them are retrained, two at a time, phase after phase
    var done = new ArrayList<TrainingJob>();
    for (var jobs = pruner.jobs(); !jobs.isEmpty(); jobs = pruner.jobs()) {
      assertThat(jobs.size()).isLessThanOrEqualTo(2);
      done.addAll(jobs);
      jobs.forEach(this::complete);
    }

    // Then
    assertThat(done).hasSize(18).extracting(TrainingJob::getJobId).doesNotHaveDuplicates();
    assertThat(pruner.outcomes()).hasSize(6).allMatch(end -> end.getResult() == Result.DONE);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isZero();
  }

  @Test
  void shouldTakeTheSeedOfTheDenseRunWhenThePolicyNamesNone() {
    pruner.send(imp("thrice", 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));

    assertThat(seed(onlyJob())).isEqualTo(42);
  }

  @Test
  void shouldEndThePlanWithTheReasonOfTheJobThatFailed() {
    // Given a plan in its second phase
    pruner.send(imp("thrice", 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));
    complete(onlyJob());
    var second = onlyJob();
    pruner.checkpoints();

    // When it fails, and a late copy of it succeeds
    pruner.sendOutcome(second, Result.FAILED, "The loss is NaN in epoch 1.");
    complete(second);

    // Then
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.FAILED))
        .satisfies(
            outcome -> assertThat(outcome.getReason()).contains("The loss is NaN in epoch 1."))
        .satisfies(outcome -> assertThat(outcome.getLineage()).isEqualTo(second.getLineage()));
    assertThat(pruner.checkpoints()).isEmpty();
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.FAILED);
  }

  @Test
  void shouldEndThePlanCancelledWhenItsJobIs() {
    // Given
    pruner.send(imp("thrice", 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));

    // When
    pruner.sendOutcome(onlyJob(), Result.CANCELLED, "Somebody asked for it.");

    // Then
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.CANCELLED));
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(pruner.counter("topiary.pruner.plans", "result", "cancelled")).isEqualTo(1);
  }

  @Test
  void shouldCountTheSendsOfEveryPhaseAnew() {
    // Given a first phase whose job was sent five times
    pruner.send(imp("thrice", 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));
    var first = onlyJob();
    for (var sends = 1; sends < 5; sends++) {
      pruner.advance(PrunerDriver.PATIENCE.multipliedBy(1L << (sends - 1)));
      assertThat(pruner.jobs()).containsExactly(first);
    }

    // When
    complete(first);

    // Then
    var second = onlyJob();
    assertThat(onlyPlan().getSent()).isEqualTo(1);
    pruner.advance(PrunerDriver.PATIENCE.minus(TICK));
    assertThat(pruner.jobs()).isEmpty();
    pruner.advance(TICK);
    assertThat(pruner.jobs()).containsExactly(second);
  }

  @Test
  void shouldGoOnWithPlansThatAreUnderWayBeforeItBeginsOthers() {
    // Given three plans and room for two jobs
    pruner.send(imp("thrice", 0.5, 0.7, 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));
    var out = pruner.jobs();
    assertThat(out).extracting(TrainingJob::getTargetSparsity).containsExactly(0.5, 0.7);

    // When
    complete(out.get(0));

    // Then
    assertThat(pruner.jobs())
        .singleElement()
        .satisfies(job -> assertThat(job.getTargetSparsity()).isEqualTo(0.5))
        .satisfies(job -> assertThat(job.getLineage().getPhase()).isEqualTo(2));
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "waiting")).isEqualTo(1);
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isEqualTo(2);
  }

  @Test
  void shouldEndAPlanOfTheFirstVersion() throws IOException {
    // Given a plan as the first version has left it in its store
    pruner.send(policy("once", "*", 0.5));
    pruner.send(networks.twoLayers("two-layers", 7));
    var job = onlyJob();
    pruner.put(FirstVersion.of(onlyPlan()));
    assertThat(onlyPlan().getPinnedPolicy()).isEmpty();
    assertThat(onlyPlan().getJob().getLineage().getPhases()).isZero();

    // When its network comes back as the first version has sent it
    var retrained = trainer.retrain(job, pruner.now());
    pruner.sendBytes(Topics.CHECKPOINTS, "two-layers", FirstVersion.bytes(retrained));

    // Then
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.DONE));
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.DONE);
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  /** The jobs of all phases by the rules alone. */
  private List<TrainingJob> expected(Checkpoint dense, PruningPolicy policy, double sparsity) {
    var rules = new PhasePruner(artifacts);
    var wanted = WantedPlan.of(policy, dense).get(0);
    assertThat(wanted.sparsity()).isEqualTo(sparsity);
    var jobs = new ArrayList<>(List.of(rules.firstPhases(dense).of(wanted, pruner.now()).job()));
    for (var phase = 2; phase <= policy.getPhases(); phase++) {
      var before = jobs.get(jobs.size() - 1);
      var plan =
          Plan.newBuilder()
              .setPlanId(wanted.planId())
              .setPolicy(policy.getName())
              .setPinnedPolicy(policy)
              .setState(PlanState.RETRAINING)
              .setJob(before)
              .build();
      jobs.add(rules.next(plan, trainer.retrain(before, pruner.now()), pruner.now()).job());
    }
    return jobs;
  }

  private void complete(TrainingJob job) {
    pruner.complete(job, trainer.retrain(job, pruner.now()));
  }

  private TrainingJob onlyJob() {
    var jobs = pruner.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }

  private Plan onlyPlan() {
    var plans = pruner.plans();
    assertThat(plans).hasSize(1);
    return plans.get(0);
  }

  private static List<String> ids(List<TrainingJob> jobs) {
    return jobs.stream().map(TrainingJob::getJobId).toList();
  }

  private static long seed(TrainingJob job) {
    return job.getRecipe().getSeed();
  }

  private static PruningPolicy imp(String name, Double... sparsities) {
    return PruningPolicy.newBuilder(policy(name, "*", sparsities))
        .setMethod(Method.IMP)
        .setPhases(3)
        .build();
  }
}
