package io.topiary.pruner.pruning;

import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.pruner.DenseNetworks;
import io.topiary.pruner.FakeTrainer;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Method;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Parameter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Phase after phase, each from what the one before has made. */
class PlanPhasesTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final int WEIGHTS = 128;
  private static final Optional<Artifact> NONE = Optional.empty();

  @TempDir private Path directory;

  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private FakeTrainer trainer;
  private PhasePruner pruner;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(directory);
    networks = new DenseNetworks(artifacts);
    trainer = new FakeTrainer(artifacts);
    pruner = new PhasePruner(artifacts);
  }

  @Test
  void shouldStartEveryPhaseFromWhatTheOneBeforeHasMade() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);

    // When
    var phases = run(dense, imp(3).build(), 0.9);

    // Then
    assertThat(phases).hasSize(3);
    for (var i = 1; i <= 3; i++) {
      var job = phases.get(i - 1).job();
      var lineage = job.getLineage();
      assertThat(lineage.getPhase()).isEqualTo(i);
      assertThat(lineage.getPhases()).isEqualTo(3);
      assertThat(lineage.getMethod()).contains(Method.IMP);
      assertThat(lineage.getPlan()).contains("plan");
      assertThat(lineage.getModel()).isEqualTo("two-layers");
      assertThat(job.getTargetSparsity()).isEqualTo(0.9);
      assertThat(job.getDense()).isEqualTo(phases.get(0).job().getDense());
      assertThat(job.getDense().orElseThrow().getCheckpointId()).isEqualTo(dense.getCheckpointId());
      assertThat(job.getRecipe().getEpochs()).isEqualTo(2);
      var before = i == 1 ? dense : trainer.retrain(phases.get(i - 2).job(), NOW);
      assertThat(lineage.getParent()).contains(before.getCheckpointId());
      assertThat(job.getStart()).contains(before.getArtifact());
      assertThat(phases.get(i - 1).checkpoint().getArtifact()).isEqualTo(before.getArtifact());
    }
    assertThat(phases).extracting(phase -> phase.job().getJobId()).doesNotHaveDuplicates();
    assertThat(phases)
        .extracting(phase -> phase.checkpoint().getCheckpointId())
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldCarryMomentumFromPhaseToPhase() {
    // When
    var phases = run(networks.twoLayers("two-layers", 7), imp(3).build(), 0.9);

    // Then
    assertThat(phases.get(0).job().getMomentum()).isEmpty();
    for (var i = 1; i < phases.size(); i++) {
      var job = phases.get(i).job();
      var before = trainer.retrain(phases.get(i - 1).job(), NOW);
      assertThat(job.getMomentum()).isPresent().isEqualTo(before.getMomentum());
      assertThat(job.getJobId())
          .isEqualTo(
              Ids.jobId(
                  job.getLineage(),
                  job.getRecipe(),
                  job.getStart(),
                  job.getMask(),
                  job.getMomentum()));
    }
    assertThat(phases).extracting(phase -> phase.checkpoint().getMomentum()).containsOnly(NONE);
  }

  @Test
  void shouldGoOnWithoutMomentumWhereTheRecordsHaveNone() {
    // Given a phase that was retrained before checkpoints had momentum
    var dense = networks.twoLayers("two-layers", 7);
    var wanted = new WantedPlan("plan", imp(2).build(), 0.9, dense.getRecipe().getSeed());
    var plan = plan(wanted, List.of(pruner.firstPhases(dense).of(wanted, NOW)));
    var retrained = trainer.retrain(plan.getJob(), NOW);
    var older = Checkpoint.newBuilder(retrained).clearMomentum().build();

    // When
    var job = pruner.next(plan, older, NOW).job();

    // Then
    assertThat(job.getMomentum()).isEmpty();
    assertThat(job.getStart()).contains(retrained.getArtifact());
    assertThat(job.getJobId())
        .isEqualTo(Ids.jobId(job.getLineage(), job.getRecipe(), job.getStart(), job.getMask()));
  }

  @Test
  void shouldMeasureWhatEveryPhaseTakesAwayAnew() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);

    // When
    var phases = run(dense, imp(3).build(), 0.9);

    // Then d1 is the norm that this phase's mask takes of the network just before it, and p the
    // share of its weights that go
    var alive = WEIGHTS;
    for (var phase : phases) {
      var left = (int) mask(phase).alive();
      var p = (alive - left) / (double) alive;
      alive = left;
      var start = phase.job().getStart().orElseThrow();
      var before = squaredNorm(start, Mask.allAlive(DenseNetworks.TWO_LAYERS.prunable()));
      var after = squaredNorm(start, mask(phase));
      var rate = phase.job().getRecipe().getLearningRate();
      assertThat(rate.getD1().orElseThrow())
          .isCloseTo(Math.sqrt((before - after) / before) / Math.sqrt(p), within(1e-12));
      assertThat(rate.getD2()).contains(0.2);
    }
    assertThat(phases)
        .extracting(phase -> phase.job().getRecipe().getLearningRate().getD1())
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldShareTheEpochsOfAllPhasesWithTheRemainderInTheLast() {
    var policy = imp(3).setRetrainEpochs(0).setTotalRetrainEpochs(8.0).build();

    var phases = run(networks.twoLayers("two-layers", 7), policy, 0.9);

    assertThat(epochs(phases)).containsExactly(2.0, 2.0, 4.0);
    assertThat(d2(phases)).containsExactly(0.2, 0.2, 0.4);
  }

  @Test
  void shouldSendPhasesOfNoEpochsOnTheirWayToo() {
    // Given 2 epochs for 3 phases
    var policy = imp(3).setRetrainEpochs(0).setTotalRetrainEpochs(2.0).build();

    // When
    var phases = run(networks.twoLayers("two-layers", 7), policy, 0.9);

    // Then
    assertThat(epochs(phases)).containsExactly(0.0, 0.0, 2.0);
    assertThat(phases)
        .extracting(phase -> phase.job().getRecipe().getLearningRate().getIterations())
        .containsExactly(0, 0, 170);
  }

  @Test
  void shouldPruneWithoutRetraining() {
    var policy = PruningPolicy.newBuilder(policy("p", "*", 0.9)).setRetrainEpochs(0).build();

    var phases = run(networks.twoLayers("two-layers", 7), policy, 0.9);

    assertThat(epochs(phases)).containsExactly(0.0);
    assertThat(mask(phases.get(0)).alive()).isEqualTo(13);
  }

  @Test
  void shouldGiveBimpWhatDenseTrainingHasLeftOfTheBudget() {
    // Given a dense run of 10 epochs
    var policy = bimp(17.0);

    // When
    var phases = run(networks.twoLayers("two-layers", 7), policy, 0.9);

    // Then
    assertThat(epochs(phases)).containsExactly(2.0, 2.0, 3.0);
    assertThat(d2(phases)).containsExactly(0.2, 0.2, 0.3);
  }

  @Test
  void shouldRefuseABudgetThatDenseTrainingHasUsedUp() {
    var dense = networks.twoLayers("two-layers", 7);

    assertThatThrownBy(() -> run(dense, bimp(10.0), 0.9))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("10.0 of 10.0 epochs");
  }

  @Test
  void shouldRefuseBimpAfterADenseRunThatIsNotLinear() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    var steps =
        LearningRatePlan.newBuilder(dense.getRecipe().getLearningRate())
            .setSchedule(Schedule.STEP)
            .setMilestones(List.of(600))
            .setFactor(0.1)
            .build();
    var stepped =
        Checkpoint.newBuilder(dense)
            .setRecipe(Recipe.newBuilder(dense.getRecipe()).setLearningRate(steps).build())
            .build();

    // When, then
    assertThatThrownBy(() -> run(stepped, bimp(17.0), 0.9))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Policy 'p' is BIMP, but the dense run of checkpoint %s was trained with STEP; it must be LINEAR, as BIMP's rate falls to 0 before it prunes.",
            dense.getCheckpointId());
    assertThat(run(stepped, imp(3).build(), 0.9)).hasSize(3);
  }

  @Test
  void shouldRefuseInTheFirstPhaseWhatCannotBeHadInTheLast() {
    // Given 11, 11 and 13 epochs, of which LRW can rewind 10
    var policy =
        imp(3).setRetrainEpochs(0).setTotalRetrainEpochs(35.0).setSchedule(Schedule.LRW).build();

    // When, then
    assertThatThrownBy(() -> run(networks.twoLayers("two-layers", 7), policy, 0.9))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("LRW cannot rewind");
  }

  @Test
  void shouldTakeAFifthPerPhaseHoweverManyThatTakes() {
    var policy =
        PruningPolicy.newBuilder(policy("p", "*", 0.9))
            .setMethod(Method.IMP_RENDA)
            .setPhases(0)
            .build();

    var phases = run(networks.twoLayers("two-layers", 7), policy, 0.9);

    assertThat(phases).hasSize(11);
    assertThat(phases.get(0).sparsity()).isEqualTo(26 / 128.0);
    assertThat(phases.get(10).sparsity()).isBetween(0.9, 0.93);
    assertThat(phases).extracting(phase -> phase.job().getLineage().getPhases()).containsOnly(11);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldLeaveExactlyWhatThePlanLeavesAfterEveryPhase(long seed) {
    // Given a plan by lot
    var random = new Random(seed);
    var kinds =
        Stream.of(SelectorKind.values())
            .filter(kind -> kind != SelectorKind.UNKNOWN && kind != SelectorKind.N_OF_M)
            .toList();
    var count = 1 + random.nextInt(5);
    var kind = kinds.get(random.nextInt(kinds.size()));
    // Without the first layer there are 32 weights of 128.
    var most = kind == SelectorKind.UNIFORM_DENSE_FIRST ? 0.2 : 0.9;
    var sparsity = 0.05 + (most - 0.05) * random.nextDouble();
    var policy = imp(count).setSelector(kind).setRetrainEpochs(1).build();

    // When
    var phases = run(networks.twoLayers("two-layers", seed), policy, sparsity);

    // Then as many are left after each as 1 - (1 - s)^(i/k) of all are, in whole weights
    assertThat(phases).hasSize(count);
    var before = Mask.allAlive(DenseNetworks.TWO_LAYERS.prunable());
    for (var i = 1; i <= count; i++) {
      var after = mask(phases.get(i - 1));
      var planned = i == count ? sparsity : -Math.expm1(Math.log1p(-sparsity) * i / count);
      assertThat(WEIGHTS - after.alive())
          .as("%s, phase %d of %d to %s", kind, i, count, sparsity)
          .isEqualTo((long) Math.rint(planned * WEIGHTS));
      assertThat(isPartOf(after, before)).isTrue();
      assertThat(after.tensors().values()).allMatch(tensor -> tensor.alive() > 0);
      before = after;
    }
  }

  @Test
  void shouldEndInManyPhasesWhereOneShotDoes() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    var oneShot = run(dense, policy("p", "*", 0.9), 0.9);

    // When
    var inAsManyAsCanBe = run(dense, imp(20).build(), 0.9);
    var withinABudget = run(dense, bimp(17.0), 0.9);

    // Then
    assertThat(inAsManyAsCanBe).hasSize(20);
    assertThat(mask(inAsManyAsCanBe.get(19)).alive()).isEqualTo(13);
    assertThat(mask(withinABudget.get(2)).alive()).isEqualTo(13);
    assertThat(mask(oneShot.get(0)).alive()).isEqualTo(13);
  }

  @Test
  void shouldRefuseMorePhasesThanThereAreWeightsToPrune() {
    assertThatThrownBy(() -> run(networks.twoLayers("two-layers", 7), imp(100).build(), 0.9))
        .isInstanceOf(RefusedException.class)
        .hasMessageMatching(
            "Phase \\d+ of 100 would prune none of the \\d+ weights that are left; there must be"
                + " fewer phases for 128 weights\\.");
  }

  @Test
  void shouldRefuseInTheFirstPhaseToEmptyATensorInTheLast() {
    assertThatThrownBy(() -> run(networks.twoLayers("two-layers", 7), imp(2).build(), 0.995))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Pruning to sparsity 0.995 would leave 1 of 128 weights; there must be one for each of"
                + " 2 tensors.");
  }

  @Test
  void shouldNotGoOnInAnotherNumberOfPhases() {
    // Given a plan that began with five phases, of which its policy makes three
    var dense = networks.twoLayers("two-layers", 7);
    var wanted = new WantedPlan("plan", imp(3).build(), 0.9, dense.getRecipe().getSeed());
    var plan = Plan.newBuilder(plan(wanted, List.of(pruner.firstPhases(dense).of(wanted, NOW))));
    plan.getJobBuilder().getLineageBuilder().setPhase(3).setPhases(5);
    var begun = plan.build();
    var retrained = trainer.retrain(begun.getJob(), NOW);

    // When, then
    assertThat(PhasePruner.hasNext(begun)).isTrue();
    assertThatThrownBy(() -> pruner.next(begun, retrained, NOW))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "Plan plan began with 5 phases, but its policy makes 3 of it today; they must be as"
                + " many, to go on.");
  }

  static LongStream seeds() {
    return LongStream.range(0, 40);
  }

  /** Runs all phases of a plan. */
  private List<PrunedNetwork> run(Checkpoint dense, PruningPolicy policy, double sparsity) {
    var wanted = new WantedPlan("plan", policy, sparsity, dense.getRecipe().getSeed());
    var phases = new ArrayList<>(List.of(pruner.firstPhases(dense).of(wanted, NOW)));
    for (var plan = plan(wanted, phases); PhasePruner.hasNext(plan); plan = plan(wanted, phases)) {
      phases.add(pruner.next(plan, trainer.retrain(plan.getJob(), NOW), NOW));
    }
    return phases;
  }

  private static Plan plan(WantedPlan wanted, List<PrunedNetwork> phases) {
    return Plan.newBuilder()
        .setPlanId(wanted.planId())
        .setPolicy(wanted.policy().getName())
        .setPinnedPolicy(wanted.policy())
        .setState(PlanState.RETRAINING)
        .setJob(phases.get(phases.size() - 1).job())
        .build();
  }

  private Mask mask(PrunedNetwork phase) {
    return artifacts.read(phase.job().getMask().orElseThrow(), Mask::read);
  }

  /** Over all weights and biases, under the mask. */
  private double squaredNorm(Artifact weights, Mask mask) {
    var network = DenseNetworks.TWO_LAYERS;
    var file = artifacts.read(weights, path -> CheckpointFile.open(path, network));
    return network.parameters().stream()
        .mapToDouble(parameter -> squaredNorm(file, parameter, mask))
        .sum();
  }

  private static double squaredNorm(CheckpointFile file, Parameter parameter, Mask mask) {
    var values = file.values(parameter);
    return IntStream.range(0, values.remaining())
        .filter(
            i ->
                !mask.tensors().containsKey(parameter.name())
                    || mask.tensor(parameter.name()).isAlive(i))
        .mapToDouble(i -> (double) values.get(i) * values.get(i))
        .sum();
  }

  private static boolean isPartOf(Mask part, Mask whole) {
    return part.tensors().keySet().stream()
        .allMatch(
            name -> {
              var beyond = part.tensor(name).toBitSet();
              beyond.andNot(whole.tensor(name).toBitSet());
              return beyond.isEmpty();
            });
  }

  private static List<Double> epochs(List<PrunedNetwork> phases) {
    return phases.stream().map(phase -> phase.job().getRecipe().getEpochs()).toList();
  }

  private static List<Double> d2(List<PrunedNetwork> phases) {
    return phases.stream()
        .map(phase -> phase.job().getRecipe().getLearningRate().getD2().orElseThrow())
        .toList();
  }

  private static PruningPolicy.Builder imp(int phases) {
    return PruningPolicy.newBuilder(policy("p", "*", 0.9)).setMethod(Method.IMP).setPhases(phases);
  }

  private static PruningPolicy bimp(double budget) {
    return PruningPolicy.newBuilder(policy("p", "*", 0.9))
        .setMethod(Method.BIMP)
        .setPhases(3)
        .setRetrainEpochs(0)
        .setBudget(budget)
        .build();
  }
}
