package io.topiary.pruner;

import static io.topiary.pruner.DenseNetworks.policy;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Method;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PlanState;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can go wrong between two phases of a plan. */
class PhaseFaultTest {

  private static final Duration TICK = Duration.ofSeconds(1);

  @TempDir private Path directory;

  private Path store;
  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private FakeTrainer trainer;
  private PrunerDriver pruner;

  @BeforeEach
  void start() {
    store = directory.resolve("artifacts");
    artifacts = FileArtifactStore.open(store);
    networks = new DenseNetworks(artifacts);
    trainer = new FakeTrainer(artifacts);
    pruner = new PrunerDriver(artifacts, directory.resolve("state"));
  }

  @AfterEach
  void stop() {
    pruner.close();
  }

  @Test
  void shouldWaitWithTheNextPhaseWhileTheArtifactStoreIsAway() throws IOException {
    // Given a first phase that is done
    var job = firstJob();
    var retrained = trainer.retrain(job, pruner.now());
    Files.move(store, directory.resolve("away"));

    // When its network comes twice, and a copy of the job fails, for longer than any patience
    pruner.complete(job, retrained);
    pruner.send(retrained);
    pruner.sendOutcome(job, Result.FAILED, "The artifact store is away.");
    for (var i = 0; i < 30; i++) {
      pruner.advance(Duration.ofHours(1));
    }

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.PRUNING);
    assertThat(pruner.unready().get("artifacts")).contains(store.toString());
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
    assertThat(pruner.gauge("topiary.pruner.backlog", "state", "retraining")).isZero();

    // When
    Files.move(directory.resolve("away"), store);
    pruner.advance(Duration.ofMinutes(1));

    // Then
    assertThat(pruner.jobs())
        .singleElement()
        .satisfies(next -> assertThat(next.getLineage().getPhase()).isEqualTo(2))
        .satisfies(next -> assertThat(next.getStart()).contains(retrained.getArtifact()));
    assertThat(pruner.checkpoints()).extracting(Checkpoint::getStage).containsOnly(Stage.PRUNED);
    assertThat(pruner.unready()).isEmpty();
    assertThat(onlyPlan().getSent()).isEqualTo(1);

    // When, then
    pruner.advance(Duration.ofMinutes(5));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.checkpoints()).isEmpty();
  }

  @Test
  void shouldEndAPlanThatIsCancelledWhileItWaitsForTheArtifactStore() throws IOException {
    // Given a first phase that is done, and parked
    var job = firstJob();
    var retrained = trainer.retrain(job, pruner.now());
    Files.move(store, directory.resolve("away"));
    pruner.complete(job, retrained);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.PRUNING);

    // When a copy of its job fails, and another is cancelled
    pruner.sendOutcome(job, Result.FAILED, "The artifact store is away.");
    pruner.sendOutcome(job, Result.CANCELLED, "Somebody asked for it.");

    // Then
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.CANCELLED);
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.CANCELLED))
        .satisfies(outcome -> assertThat(outcome.getReason()).contains("Somebody asked for it."));

    // When, then what was parked goes before the store is back, and never comes to anything
    pruner.advance(Duration.ofMinutes(1));
    assertThat(pruner.parked()).isEmpty();
    assertThat(pruner.unready()).isEmpty();
    Files.move(directory.resolve("away"), store);
    pruner.advance(Duration.ofMinutes(5));
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
    assertThat(pruner.deadLetters()).isEmpty();
  }

  @Test
  void shouldEndAPlanThatItWouldDivideOtherwiseToday() {
    // Given a plan that another version has divided into five phases, in its third
    var job = firstJob();
    var third = TrainingJob.newBuilder(job);
    third.getLineageBuilder().setPhase(3).setPhases(5);
    pruner.put(Plan.newBuilder(onlyPlan()).setJob(third.build()).build());
    var retrained = trainer.retrain(third.build(), pruner.now());

    // When
    pruner.complete(third.build(), retrained);

    // Then
    assertEndedOnce(retrained, "began with 5 phases, but its policy makes 3 of it today");
  }

  @Test
  void shouldEndThePlanOfAParkedNetworkThatTurnsOutToBeBad() throws IOException {
    // Given
    var job = firstJob();
    var retrained = trainer.retrain(job, pruner.now());
    Files.move(store, directory.resolve("away"));
    pruner.complete(job, retrained);

    // When the store comes back without it
    Files.move(directory.resolve("away"), store);
    Files.delete(store.resolve("blobs").resolve(retrained.getArtifact().getSha256()));
    pruner.advance(TICK);
    pruner.advance(Duration.ofMinutes(5));

    // Then
    assertEndedOnce(retrained, "does not exist");
    assertThat(pruner.unready()).isEmpty();
  }

  /** Makes a retrained network bad in one way. */
  private interface Spoiling {
    Checkpoint of(PhaseFaultTest test, Checkpoint good);
  }

  static Stream<Arguments> shouldEndThePlanWhoseNetworkCannotBePrunedAgain() {
    return Stream.of(
        bad(
            "a missing artifact",
            "does not exist",
            (test, good) ->
                with(good, new Artifact(good.getArtifact().getUri() + "0", 8L, "00".repeat(32)))),
        bad(
            "no safetensors",
            "is no valid safetensors file",
            (test, good) ->
                with(good, test.artifacts.write(file -> Files.writeString(file, "PK")))),
        bad(
            "NaN",
            "Weight 5 of tensor 'second.weight' is NaN",
            (test, good) -> with(good, test.nanWeights())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void shouldEndThePlanWhoseNetworkCannotBePrunedAgain(
      String what, String sentence, Spoiling spoiling) {
    // Given
    var job = firstJob();
    var bad = spoiling.of(this, trainer.retrain(job, pruner.now()));

    // When it comes, and comes again
    pruner.complete(job, bad);
    pruner.complete(job, bad);
    pruner.advance(Duration.ofDays(1));

    // Then
    assertEndedOnce(bad, sentence);
  }

  @Test
  void shouldEndThePlanThatFindsTooFewWeightsInALaterPhase() {
    // Given 32 weights that may go, of which 0.2 of 128 take 26 at once
    var policy =
        PruningPolicy.newBuilder(imp(2, 0.4)).setSelector(SelectorKind.UNIFORM_DENSE_FIRST).build();
    pruner.send(policy);
    pruner.send(networks.twoLayers("two-layers", 7));
    var job = pruner.jobs().get(0);
    pruner.checkpoints();
    var retrained = trainer.retrain(job, pruner.now());

    // When
    pruner.complete(job, retrained);

    // Then
    assertEndedOnce(retrained, "'first.weight' stays dense; at most");
  }

  @Test
  void shouldNotBeginThePlanAnewWhenItsPolicyIsEdited() {
    // Given a plan that has failed in its second phase
    var job = firstJob();
    pruner.complete(job, with(trainer.retrain(job, pruner.now()), nanWeights()));
    assertThat(pruner.outcomes()).hasSize(1);

    // When
    pruner.send(PruningPolicy.newBuilder(imp(3, 0.9)).setRetrainEpochs(4).build());
    pruner.advance(TICK);

    // Then
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.outcomes()).isEmpty();
  }

  @Test
  void shouldRefuseABudgetThatDenseTrainingHasUsedUp() {
    // Given dense training of 10 epochs
    pruner.send(
        PruningPolicy.newBuilder(imp(3, 0.9))
            .setMethod(Method.BIMP)
            .setRetrainEpochs(0)
            .setBudget(10.0)
            .build());

    // When
    pruner.send(networks.twoLayers("two-layers", 7));

    // Then
    assertRefused("10.0 of 10.0 epochs");
    assertThat(
            pruner.counter(
                "topiary.pruner.plans", "method", "bimp", "schedule", "allr", "result", "failed"))
        .isEqualTo(1);
    assertThat(onlyPlan().getJob().getLineage().getPhases()).isZero();
  }

  @Test
  void shouldRefuseARewindingLongerThanTheDenseTraining() {
    // Given dense training of 10 epochs
    pruner.send(
        PruningPolicy.newBuilder(imp(3, 0.9))
            .setSchedule(Schedule.LRW)
            .setRetrainEpochs(11)
            .build());

    // When
    pruner.send(networks.twoLayers("two-layers", 7));

    // Then
    assertRefused("LRW cannot rewind 935 iterations, as the dense training had 850");
    assertThat(pruner.counter("topiary.pruner.plans", "method", "imp", "schedule", "lrw"))
        .isEqualTo(1);
    assertThat(onlyPlan().getJob().getLineage().getPhases()).isEqualTo(3);
  }

  @Test
  void shouldTellOfHowManyPhasesARefusedPlanWouldHaveBeen() {
    // Given a method whose phases only the sparsity tells
    pruner.send(
        PruningPolicy.newBuilder(imp(0, 0.9))
            .setMethod(Method.IMP_RENDA)
            .setSchedule(Schedule.LRW)
            .setRetrainEpochs(11)
            .build());

    // When
    pruner.send(networks.twoLayers("two-layers", 7));

    // Then
    assertRefused("LRW cannot rewind");
    assertThat(onlyPlan().getJob().getLineage().getPhases()).isEqualTo(11);
  }

  @Test
  void shouldRefuseADenseRunWhoseRatesAreNone() {
    // Given
    var dense = networks.twoLayers("two-layers", 7);
    var rates = Recipe.newBuilder(dense.getRecipe());
    rates.getLearningRateBuilder().setSchedule(Schedule.UNKNOWN);
    pruner.send(imp(3, 0.9));

    // When
    pruner.send(Checkpoint.newBuilder(dense).setRecipe(rates.build()).build());

    // Then
    assertRefused("The learning-rate schedule is one that this version does not know");
  }

  private void assertRefused(String sentence) {
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.deadLetters()).hasSize(1);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.REFUSED);
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.FAILED))
        .satisfies(outcome -> assertThat(outcome.getReason().orElseThrow()).contains(sentence));
  }

  private void assertEndedOnce(Checkpoint bad, String sentence) {
    assertThat(pruner.outcomes())
        .singleElement()
        .satisfies(outcome -> assertThat(outcome.getResult()).isEqualTo(Result.FAILED))
        .satisfies(outcome -> assertThat(outcome.getReason().orElseThrow()).contains(sentence))
        .extracting(Outcome::getLineage)
        .isEqualTo(bad.getLineage());
    assertThat(pruner.deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).isEqualTo(Topics.CHECKPOINTS.serde().encode(bad));
              assertThat(
                      new String(letter.headers().lastHeader(DeadLetters.MESSAGE).value(), UTF_8))
                  .contains(sentence);
            });
    assertThat(pruner.counter("topiary.dead.letters", "topic", Topics.CHECKPOINTS.name()))
        .isEqualTo(1);
    assertThat(pruner.counter("topiary.pruner.plans", "result", "failed")).isEqualTo(1);
    assertThat(onlyPlan().getState()).isEqualTo(PlanState.FAILED);
    assertThat(onlyPlan().getReason().orElseThrow()).contains(sentence);
    assertThat(pruner.jobs()).isEmpty();
    assertThat(pruner.checkpoints()).isEmpty();
  }

  /** Of a plan in three phases. */
  private TrainingJob firstJob() {
    pruner.send(imp(3, 0.9));
    pruner.send(networks.twoLayers("two-layers", 7));
    pruner.checkpoints();
    var jobs = pruner.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.get(0);
  }

  private Artifact nanWeights() {
    var values = new HashMap<String, List<Float>>();
    for (var parameter : DenseNetworks.TWO_LAYERS.parameters()) {
      var isSecond = parameter.name().equals("second.weight");
      values.put(
          parameter.name(),
          Stream.iterate(0, i -> i + 1)
              .limit(parameter.shape().elements())
              .map(i -> isSecond && i == 5 ? Float.NaN : 1f + i)
              .toList());
    }
    return networks.weights(DenseNetworks.TWO_LAYERS, values);
  }

  private Plan onlyPlan() {
    var plans = pruner.plans();
    assertThat(plans).hasSize(1);
    return plans.get(0);
  }

  private static Arguments bad(String what, String sentence, Spoiling spoiling) {
    return Arguments.of(what, sentence, spoiling);
  }

  private static Checkpoint with(Checkpoint checkpoint, Artifact artifact) {
    return Checkpoint.newBuilder(checkpoint).setArtifact(artifact).build();
  }

  private static PruningPolicy imp(int phases, double sparsity) {
    return PruningPolicy.newBuilder(policy("iterative", "*", sparsity))
        .setMethod(Method.IMP)
        .setPhases(phases)
        .build();
  }
}
