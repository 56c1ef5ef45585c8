package io.topiary.pruner.pruning;

import static io.topiary.pruner.DenseNetworks.LINEAR;
import static io.topiary.pruner.DenseNetworks.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.topiary.pruner.DenseNetworks;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Node;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.network.Operator.Conv;
import io.topiary.sparsity.network.Operator.Flatten;
import io.topiary.sparsity.network.Operator.Gemm;
import io.topiary.sparsity.network.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhasePrunerTest {

  private static final Offset<Double> EXACTLY = within(1e-12);
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir private Path directory;

  private ArtifactStore artifacts;
  private DenseNetworks networks;
  private PhasePruner pruner;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(directory);
    networks = new DenseNetworks(artifacts);
    pruner = new PhasePruner(artifacts);
  }

  @Test
  void shouldPruneTheSmallestAndStoreTheMask() throws IOException {
    // Given weights 1, 2, 3, 4
    var dense = networks.linear("linear", "tonight");

    // When
    var pruned = prune(dense, policy("half", "*", 0.5), 0.5);

    // Then
    var mask = Mask.read(artifacts.fetch(pruned.checkpoint().getMask().orElseThrow()));
    assertThat(mask.tensors()).containsOnlyKeys("fc.weight");
    assertThat(mask.tensor("fc.weight").toBitSet().stream()).containsExactly(2, 3);
    assertThat(pruned.sparsity()).isEqualTo(0.5);
  }

  @Test
  void shouldRetrainAsFastAsTheNormDropAsksFor() {
    // Given weights of norm sqrt(1 + 4 + 9 + 16), of which pruning takes sqrt(1 + 4)
    var dense = networks.linear("linear", "tonight");

    // When 2 of 10 epochs are to recover from it
    var rate = rate(prune(dense, policy("half", "*", 0.5), 0.5));

    // Then
    var d1 = Math.sqrt(5 / 30.0) / Math.sqrt(0.5);
    assertThat(rate.getD1().orElseThrow()).isCloseTo(d1, EXACTLY).isCloseTo(0.577350, within(1e-6));
    assertThat(rate.getD2()).contains(0.2);
    assertThat(rate.getPeak()).isCloseTo(0.1 * d1, EXACTLY);
    assertThat(rate.getSchedule()).isEqualTo(Schedule.ALLR);
    assertThat(rate.getIterations()).isEqualTo(2 * 85);
    assertThat(rate.getWarmUp()).isEqualTo(17);
  }

  @Test
  void shouldRetrainAsFastAsTheTimeLeftAsksFor() {
    // Given
    var dense = networks.linear("linear", "tonight");
    var long8 = PruningPolicy.newBuilder(policy("long", "*", 0.5)).setRetrainEpochs(8).build();
    var long20 = PruningPolicy.newBuilder(policy("long", "*", 0.5)).setRetrainEpochs(20).build();

    // When, then
    assertThat(rate(prune(dense, long8, 0.5)).getPeak()).isCloseTo(0.08, EXACTLY);
    assertThat(rate(prune(dense, long20, 0.5)).getD2()).contains(1.0);
    assertThat(rate(prune(dense, long20, 0.5)).getPeak()).isCloseTo(0.1, EXACTLY);
  }

  @Test
  void shouldCountNormalisationButNotItsRunningStatisticsInTheNorm() {
    // Given a network whose squared norm is 9 + 16 + (1 + 4 + 4 + 4) = 38
    var network =
        new Network(
            "normalised",
            Shape.of(1, 1, 2),
            List.of(
                new Node("conv", Conv.square(1, 1, 1, 0, false), List.of(Network.INPUT)),
                new Node("bn", new BatchNormalization(1e-5, 0.1), List.of("conv")),
                new Node("flatten", new Flatten(), List.of("bn")),
                new Node("fc", new Gemm(2, false), List.of("flatten"))));
    var weights =
        networks.weights(
            network,
            Map.of(
                "conv.weight", List.of(3f),
                "bn.weight", List.of(4f),
                "bn.bias", List.of(0f),
                "bn.running_mean", List.of(100f),
                "bn.running_var", List.of(100f),
                "fc.weight", List.of(-1f, 2f, -2f, 2f)));
    var dense = DenseNetworks.checkpoint("normalised", "tonight", networks.spec(network), weights);

    // When one of the five prunable weights goes
    var rate = rate(prune(dense, policy("fifth", "*", 0.2), 0.2));

    // Then
    assertThat(rate.getD1().orElseThrow()).isCloseTo(Math.sqrt(1 / 38.0) / Math.sqrt(0.2), EXACTLY);
  }

  @Test
  void shouldSayInFullWhatIsToBeDone() {
    // Given
    var dense = networks.linear("linear", "tonight");

    // When
    var pruned = prune(dense, policy("half", "*", 0.5), 0.5);

    // Then
    var job = pruned.job();
    assertThat(job.getLineage().getModel()).isEqualTo("linear");
    assertThat(job.getLineage().getGeneration()).isEqualTo("tonight");
    assertThat(job.getLineage().getPlan()).contains("plan");
    assertThat(job.getLineage().getPhase()).isEqualTo(1);
    assertThat(job.getLineage().getPhases()).isEqualTo(1);
    assertThat(job.getLineage().getMethod()).contains(Method.ONE_SHOT);
    assertThat(job.getLineage().getParent()).contains(dense.getCheckpointId());
    assertThat(job.getStart()).contains(dense.getArtifact());
    assertThat(job.getTargetSparsity()).isEqualTo(0.5);
    assertThat(job.getPolicy()).contains("half");
    assertThat(job.getRecipe())
        .isEqualTo(
            Recipe.newBuilder(dense.getRecipe())
                .setEpochs(2)
                .setLearningRate(job.getRecipe().getLearningRate())
                .build());
    var denseRun = job.getDense().orElseThrow();
    assertThat(denseRun.getCheckpointId()).isEqualTo(dense.getCheckpointId());
    assertThat(denseRun.getArtifact()).isEqualTo(dense.getArtifact());
    assertThat(denseRun.getEpochs()).isEqualTo(10);
    assertThat(denseRun.getPeakRate()).isEqualTo(0.1);

    var checkpoint = pruned.checkpoint();
    assertThat(checkpoint.getStage()).isEqualTo(Stage.PRUNED);
    assertThat(checkpoint.getJobId()).isEqualTo(job.getJobId());
    assertThat(checkpoint.getCheckpointId())
        .isEqualTo(Ids.checkpointId(job.getJobId(), Stage.PRUNED));
    assertThat(checkpoint.getArtifact()).isEqualTo(dense.getArtifact());
    assertThat(checkpoint.getMask()).isEqualTo(job.getMask()).isPresent();
    assertThat(checkpoint.getRecipe()).isEqualTo(job.getRecipe());
    assertThat(checkpoint.getAt()).isEqualTo(NOW);
  }

  @Test
  void shouldMakeTheSameOfTheSame() {
    var dense = networks.linear("linear", "tonight");

    assertThat(prune(dense, policy("half", "*", 0.5), 0.5))
        .isEqualTo(prune(dense, policy("half", "*", 0.5), 0.5));
  }

  @Test
  void shouldRefuseWeightsThatAreNoNumbers() {
    var weights =
        networks.weights(
            LINEAR,
            Map.of("fc.weight", List.of(1f, 2f, 3f, 4f), "fc.bias", List.of(0f, Float.NaN)));

    assertRefused(
        DenseNetworks.checkpoint("linear", "tonight", networks.spec(LINEAR), weights),
        "Weight 1 of tensor 'fc.bias' is NaN");
  }

  @Test
  void shouldRefuseACheckpointThatCannotBePruned() {
    // Given
    var dense = networks.linear("linear", "tonight");
    var unknown = new NetworkSpec(new BuiltInNetwork("resnet9", 0), List.of(1, 28, 28), 10);
    var recipe = dense.getRecipe();

    // When, then
    assertRefused(
        with(dense, Recipe.newBuilder(recipe).setNetwork(unknown).build()), "no network 'resnet9'");
    assertRefused(
        with(dense, Recipe.newBuilder(recipe).setEpochs(0).build()), "trained for 0.0 epochs");
    assertRefused(
        with(dense, Recipe.newBuilder(recipe).setBatchSize(0).build()), "in batches of 0");
    var ratelessRecipe = Recipe.newBuilder(recipe);
    ratelessRecipe.getLearningRateBuilder().setPeak(Double.NaN);
    assertRefused(with(dense, ratelessRecipe.build()), "a peak rate of NaN");
    assertRefused(
        Checkpoint.newBuilder(dense).setMask(dense.getArtifact()).build(), "but has a mask");
  }

  @Test
  void shouldRefuseADenseNetworkWhoseRatesAreNotThoseOfItsEpochs() {
    // Given 10 epochs of 85 batches
    var dense = networks.linear("linear", "tonight");
    var recipe = Recipe.newBuilder(dense.getRecipe());
    recipe.getLearningRateBuilder().setIterations(849);

    // When, then
    assertRefused(
        with(dense, recipe.build()),
        "Checkpoint %s has learning rates for 849 iterations; its 10.0 epochs must have 850."
            .formatted(dense.getCheckpointId()));
    assertRefused(
        with(dense, Recipe.newBuilder(dense.getRecipe()).setEpochs(9).build()),
        "has learning rates for 850 iterations; its 9.0 epochs must have 765.");
  }

  @Test
  void shouldRefuseARetrainingOfNoIteration() {
    var policy = PruningPolicy.newBuilder(policy("brief", "*", 0.5)).setRetrainEpochs(1e-3).build();

    assertThatThrownBy(() -> prune(networks.linear("linear", "tonight"), policy, 0.5))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("it must be 0 epochs or at least one iteration");
  }

  @Test
  void shouldTellAWrongDigestFromWeightsThatDoNotFit() {
    // Given
    var dense = networks.linear("linear", "tonight");
    var weights = dense.getArtifact();
    var wrong = new Artifact(weights.getUri(), weights.getSize(), "00".repeat(32));

    // When, then
    assertThatThrownBy(
            () ->
                prune(
                    Checkpoint.newBuilder(dense).setArtifact(wrong).build(),
                    policy("half", "*", 0.5),
                    0.5))
        .isInstanceOf(CorruptArtifactException.class);
  }

  private PrunedNetwork prune(Checkpoint dense, PruningPolicy policy, double sparsity) {
    var seed = dense.getRecipe().getSeed();
    return pruner.firstPhases(dense).of(new WantedPlan("plan", policy, sparsity, seed), NOW);
  }

  private void assertRefused(Checkpoint dense, String sentence) {
    assertThatThrownBy(() -> prune(dense, policy("half", "*", 0.5), 0.5))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(sentence);
  }

  private static LearningRatePlan rate(PrunedNetwork pruned) {
    return pruned.job().getRecipe().getLearningRate();
  }

  private static Checkpoint with(Checkpoint checkpoint, Recipe recipe) {
    return Checkpoint.newBuilder(checkpoint).setRecipe(recipe).build();
  }
}
