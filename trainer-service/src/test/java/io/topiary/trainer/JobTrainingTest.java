package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.engine.Weights;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.mask.BitMask;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.Shape;
import io.topiary.sparsity.safetensors.SafetensorsWriter;
import io.topiary.sparsity.safetensors.Tensor;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.StepDecay;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobTrainingTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Network NETWORK = BuiltInNetworks.network("mlp", 8, Shape.of(1, 28, 28), 10);

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private ArtifactStore artifacts;
  private Snapshots snapshots;
  private JobTraining training;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(folder);
    snapshots = new Snapshots(artifacts, registry);
    training =
        new JobTraining(
            artifacts, snapshots, new DataSetLibrary(List.of()), Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @Test
  void shouldTrainAsTheEngineDoesWhenAskedDirectly() throws Exception {
    // Given
    var job = TestJobs.dense("direct", 20);
    var schedule = new LinearDecay(0.1, 0, 20);

    // When
    var checkpoint = run(job);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                schedule,
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new None(),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(Weights.initial(NETWORK, TestJobs.SEED), progress -> true);
    var expected = artifacts.write(file -> direct.weights().write(file, Map.of()));
    assertThat(checkpoint.getArtifact()).isEqualTo(expected);
    assertThat(checkpoint.getEpochLoss()).isEqualTo(direct.epochLoss());
    assertThat(checkpoint.getStage()).isEqualTo(Stage.DENSE);
    assertThat(checkpoint.getRecipe()).isEqualTo(job.getRecipe());
    assertThat(checkpoint.getLineage()).isEqualTo(job.getLineage());
    assertThat(checkpoint.getAt()).isEqualTo(NOW);
    assertThat(checkpoint.getTrainingImagesPerSecond())
        .hasValueSatisfying(rate -> assertThat(rate).isPositive());
  }

  @Test
  void shouldAugmentImagesAsTheRecipeSays() throws Exception {
    // Given
    var asked = new io.topiary.schemas.Augmentation(2, true, false);
    var job = TestJobs.with(TestJobs.dense("augmented", 20), r -> r.setAugmentation(asked));

    // When
    var checkpoint = run(job);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                new Augmentation(2, true, false),
                new LinearDecay(0.1, 0, 20),
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new None(),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(Weights.initial(NETWORK, TestJobs.SEED), progress -> true);
    assertThat(checkpoint.getArtifact())
        .isEqualTo(artifacts.write(file -> direct.weights().write(file, Map.of())))
        .isNotEqualTo(run(TestJobs.dense("augmented", 20)).getArtifact());
  }

  @Test
  void shouldMakeTheSameBytesOfTheSameJobAndOthersOfAnotherSeed() throws Exception {
    // Given
    var job = TestJobs.dense("repeated", 20);
    var other = TestJobs.with(job, recipe -> recipe.setSeed(TestJobs.SEED + 1));

    // When
    var first = run(job).getArtifact();
    var second = run(job).getArtifact();

    // Then
    assertThat(second).isEqualTo(first);
    assertThat(run(other).getArtifact()).isNotEqualTo(first);
  }

  @Test
  void shouldRetrainFromTheGivenWeightsAndKeepWhatTheMaskPruned() throws Exception {
    // Given a dense network, every other weight of which is pruned
    var dense = run(TestJobs.dense("masked", 5));
    var job = halved(TestJobs.dense("masked", 10), dense);

    // When
    var checkpoint = run(job);

    // Then
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getMask()).isEqualTo(job.getMask());
    assertThat(checkpoint.getDense()).isEqualTo(job.getDense());
    assertThat(checkpoint.getPolicy()).hasValue("halve");
    assertThat(checkpoint.getTargetSparsity()).isEqualTo(0.5);
    assertKept(everyOther(), read(dense.getArtifact()), read(checkpoint.getArtifact()));
  }

  @ParameterizedTest
  @EnumSource(RetrainingRule.class)
  void shouldRetrainWithEverySchedule(RetrainingRule rule) throws Exception {
    // Given a pruned network, and a dense training that its rates derive from
    var history = new DenseHistory(StepDecay.threeDrops(0.1, 4, 40));
    var schedule = rule.schedule(history, 22, 0.3, 0.5);
    var dense = run(TestJobs.dense("rules", 5));
    var job =
        TestJobs.withPlan(
            halved(TestJobs.dense("rules", 22), dense),
            plan -> LearningRatePlan.newBuilder(LearningRates.plan(schedule)));
    var rates = new ArrayList<Double>();

    // When
    var trained = train(job, progress -> rates.add(progress.learningRate()));

    // Then
    var expected = IntStream.range(0, 22).mapToObj(schedule::learningRate).toList();
    assertThat(rates).isEqualTo(expected);
    assertThat(trained.epochLoss()).hasSize(1).allMatch(Double::isFinite);
    assertKept(everyOther(), read(dense.getArtifact()), trained.weights());
  }

  @Test
  void shouldOnlyEnforceTheMaskWhenThereIsNothingToRetrain() throws Exception {
    // Given a phase of no epochs
    var dense = run(TestJobs.dense("untouched", 5));
    var job = halved(TestJobs.dense("untouched", 0), dense);
    var told = new ArrayList<TrainingProgress>();

    // When
    var checkpoint = training.store(job, train(job, told::add));

    // Then
    assertThat(told).isEmpty();
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getEpochLoss()).isEmpty();
    assertThat(checkpoint.getTrainingImagesPerSecond()).isEmpty();
    var masked = read(dense.getArtifact()).masked(everyOther());
    assertThat(checkpoint.getArtifact())
        .isEqualTo(artifacts.write(file -> masked.write(file, Map.of())));
  }

  @Test
  void shouldLeaveMomentumBehindForThePhaseThatFollowsOnly() throws Exception {
    // Given
    var dense = run(TestJobs.dense("phases", 5));
    var first = phase(1, halved(TestJobs.dense("phases", 10), dense));

    // When
    var afterFirst = run(first);
    var second = TestJobs.withMomentum(phase(2, first), afterFirst.getMomentum().orElseThrow());
    var afterSecond = run(second);

    // Then
    assertThat(dense.getMomentum()).isEmpty();
    assertThat(afterSecond.getMomentum()).isEmpty();
    var direct = train(first, progress -> true);
    assertThat(afterFirst.getMomentum()).contains(artifacts.write(direct.momentum()::write));
  }

  @Test
  void shouldGoOnWithTheMomentumOfThePhaseBefore() throws Exception {
    // Given what a phase has left behind
    var dense = run(TestJobs.dense("carried", 5));
    var first = phase(1, halved(TestJobs.dense("carried", 10), dense));
    var before = train(first, progress -> true);
    var start = training.store(first, before);

    // When
    var without = TestJobs.from(phase(2, first), start.getArtifact());
    var with = TestJobs.withMomentum(without, start.getMomentum().orElseThrow());
    var trained = run(with);

    // Then
    var direct =
        new TrainingRun(
                TestJobs.DATA.train(),
                new LinearDecay(0.1, 0, 10),
                TestJobs.BATCH,
                new Sgd(0.9, 5e-4),
                new Keep(everyOther()),
                TestJobs.SEED,
                Computing.DEFAULT)
            .run(before.weights(), Optional.of(before.momentum()), progress -> true);
    assertThat(trained.getArtifact())
        .isEqualTo(artifacts.write(file -> direct.weights().write(file, Map.of())))
        .isNotEqualTo(run(without).getArtifact());
  }

  @Test
  void shouldRefuseMomentumThatDoesNotFitTheNetwork() {
    // Given the momentum of nothing but a bias
    var bias = Tensor.floats("fc1.bias", Shape.of(8), FloatBuffer.allocate(8));
    var momentum = artifacts.write(file -> SafetensorsWriter.write(file, Map.of(), List.of(bias)));
    var job = TestJobs.withMomentum(TestJobs.dense("misfit", 5), momentum);

    // When, then
    assertThatThrownBy(() -> train(job, progress -> true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("There is no tensor 'fc1.weight'");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 56, 85, 150, 199})
  void shouldEndWithTheSameBytesWhereverItWasInterrupted(int iteration) throws Exception {
    // Given a retraining of more than two epochs: 5,400 images make 85 batches
    var dense = run(TestJobs.dense("interrupted", 5));
    var job = phase(1, halved(TestJobs.dense("interrupted", 200), dense));
    var undisturbed = run(job);

    // When
    interrupt(job, iteration);
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(iteration + 1);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getMomentum()).isEqualTo(undisturbed.getMomentum());
    assertThat(continued.getEpochLoss()).isEqualTo(undisturbed.getEpochLoss());
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"GMP", "GSM", "DPF", "DNW", "LC", "STR", "DST"})
  void shouldMakeANetworkSparseByEveryMethodInterruptedOrNot(Method method) throws Exception {
    // Given a training of more than two epochs, as many as GMP and DPF take at least
    var job = sparse(method, 180);
    var undisturbed = run(job);

    // When
    interrupt(job, 120);
    var continued = run(job);

    // Then
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getMask()).isEqualTo(undisturbed.getMask());
    assertThat(continued.getStage()).isEqualTo(Stage.SPARSE);
    assertThat(continued.getSparsity().orElseThrow()).isGreaterThan(0.79);
    var mask = artifacts.read(continued.getMask().orElseThrow(), Mask::read);
    var weights = read(continued.getArtifact());
    assertThat(artifacts.write(file -> weights.masked(mask).write(file, Map.of())))
        .isEqualTo(continued.getArtifact());
  }

  @Test
  void shouldRefuseAMaskBesideAMethodAndAMethodThatPrunesNothingInTraining() throws Exception {
    // Given
    var dense = run(TestJobs.dense("both", 5));
    var both = halved(sparse(Method.GMP, 180), dense);
    var oneShot = sparse(Method.ONE_SHOT, 180);

    // When, then
    assertThatThrownBy(() -> run(both))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("a mask to keep and the method GMP");
    assertThatThrownBy(() -> run(oneShot))
        .isInstanceOf(JobRefusedException.class)
        .hasMessageContaining("The recipe's method is ONE_SHOT, but");
  }

  private static TrainingJob sparse(Method method, int iterations) {
    var sparsifier =
        Sparsifier.newBuilder()
            .setMethod(method)
            .setSparsity(0.8)
            .setInitialThreshold(method == Method.STR ? -5 : 0)
            .setAlpha(method == Method.DST ? 1e-5 : 0);
    return TestJobs.sparse(iterations, sparsifier.build());
  }

  @Test
  void shouldGoOnFromTheOneBeforeASnapshotThatIsTorn() throws Exception {
    // Given
    var job = TestJobs.dense("torn", 30);
    var undisturbed = run(job);
    interrupt(job, 10);
    interrupt(job, 20);
    var furthest = artifacts.snapshots(job.getJobId()).get(0);
    var file = folder.resolve(furthest.toString());

    // When
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(11);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldRefuseASnapshotOfAnotherJobAndStartFromNothing() throws Exception {
    // Given what another job left, under this one's name
    var other = TestJobs.dense("other", 30);
    var job = TestJobs.with(other, recipe -> recipe.setSeed(TestJobs.SEED + 1));
    var undisturbed = run(job);
    interrupt(other, 10);
    var found = artifacts.snapshots(other.getJobId()).get(0);
    artifacts.writeSnapshot(
        job.getJobId(), 10, file -> Files.copy(folder.resolve(found.toString()), file));

    // When
    var told = new ArrayList<TrainingProgress>();
    var trained = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(1);
    assertThat(trained.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldGoOnFromTheOneBeforeASnapshotWhoseMethodRemembersSomethingElse() throws Exception {
    // Given one of this job, and then one of a job of another method that bears its id
    var job = sparse(Method.STR, 180);
    var undisturbed = run(job);
    interrupt(job, 50);
    var other = sparse(Method.GMP, 180);
    assertThatThrownBy(() -> train(other, new Interruption(job, 60)))
        .isInstanceOf(TrainingStoppedException.class);
    assertThat(artifacts.snapshots(job.getJobId())).hasSize(2);

    // When
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(51);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldTellNoThroughputWhenAllIterationsWereDoneBefore() throws Exception {
    // Given
    var job = sparse(Method.STR, 85);
    var undisturbed = run(job);
    interrupt(job, 85);

    // When
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told).isEmpty();
    assertThat(continued.getTrainingImagesPerSecond()).isEmpty();
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getEpochLoss()).isEqualTo(undisturbed.getEpochLoss());
  }

  /** Trains until so many iterations are done, and keeps a snapshot of that. */
  private void interrupt(TrainingJob job, int iteration) {
    assertThatThrownBy(() -> train(job, new Interruption(job, iteration)))
        .isInstanceOf(TrainingStoppedException.class);
  }

  private final class Interruption implements TrainingListener {

    private final TrainingJob job;
    private final int iteration;

    private Interruption(TrainingJob job, int iteration) {
      this.job = job;
      this.iteration = iteration;
    }

    @Override
    public boolean onIteration(TrainingProgress progress) {
      return progress.iteration() < iteration;
    }

    @Override
    public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
      if (progress.iteration() == iteration) {
        snapshots.offer(
            job.getJobId(), iteration, file -> snapshot.get().write(file, job.getJobId()));
      }
      return onIteration(progress);
    }
  }

  @Test
  void shouldObeyTheNumbersOfThePlan() throws Exception {
    // Given numbers that ALLR would not come to
    var job =
        TestJobs.withPlan(
            TestJobs.dense("obeyed", 10),
            plan ->
                plan.setSchedule(Schedule.ALLR).setPeak(0.07).setWarmUp(3).setD1(0.9).setD2(0.1));
    var rates = new ArrayList<Double>();

    // When
    train(job, progress -> rates.add(progress.learningRate()));

    // Then
    var expected = new LinearDecay(0.07, 3, 10);
    assertThat(rates).hasSize(10);
    for (var i = 0; i < rates.size(); i++) {
      assertThat(rates.get(i)).isEqualTo(expected.learningRate(i));
    }
  }

  @Test
  void shouldTakeANetworkFromItsGraphFile() throws Exception {
    // Given
    var job = TestJobs.dense("graph", 5);
    var graph = artifacts.write(file -> Files.writeString(file, NetworkJson.write(NETWORK)));
    var fromFile =
        TestJobs.with(
            job, recipe -> recipe.setNetwork(new NetworkSpec(graph, List.of(1, 28, 28), 10)));

    // When, then
    assertThat(run(fromFile).getArtifact()).isEqualTo(run(job).getArtifact());
  }

  static List<Arguments> impossibleJobs() {
    var job = TestJobs.dense("impossible", 5);
    var spec = TestJobs.data();
    return List.of(
        refused(
            "unknown network",
            TestJobs.with(job, recipe -> recipe.setNetwork(builtIn("resnet9", 0))),
            "There is no network 'resnet9'"),
        refused(
            "too wide a network",
            TestJobs.with(job, recipe -> recipe.setNetwork(builtIn("resnet8", 1 << 16))),
            "and so 38654705664 elements; it must have at most 536870911."),
        refused(
            "unknown data set",
            TestJobs.with(job, recipe -> recipe.setData(data("imagenet", spec))),
            "There is no data set 'imagenet'"),
        refused(
            "other data",
            TestJobs.with(
                job,
                recipe ->
                    recipe.setData(DataSpec.newBuilder(spec).setSha256("0".repeat(64)).build())),
            "has the SHA-256 " + spec.getSha256()),
        refused(
            "other split",
            TestJobs.with(
                job,
                recipe -> recipe.setData(DataSpec.newBuilder(spec).setTrainingImages(1).build())),
            "it must be 1, 600 and 2000 by seed"),
        refused(
            "no batch", TestJobs.with(job, recipe -> recipe.setBatchSize(0)), "Batch size is 0"),
        refused(
            "too much momentum", TestJobs.with(job, recipe -> recipe.setMomentum(1)), "Momentum"),
        refused(
            "no rate",
            TestJobs.withPlan(job, plan -> plan.setPeak(Double.NaN)),
            "The peak rate is NaN"),
        refused(
            "unknown schedule",
            TestJobs.withPlan(job, plan -> plan.setSchedule(Schedule.UNKNOWN)),
            "it knows LINEAR, ALLR"),
        refused(
            "no threads",
            TestJobs.with(job, recipe -> recipe.setThreads(0)),
            "A job has 0 threads"),
        refused("divergence", TestJobs.withPlan(job, plan -> plan.setPeak(1e30)), "diverged"),
        refused(
            "lost weights",
            TestJobs.from(job, new Artifact("file:///nowhere", 1L, "0".repeat(64))),
            "file:///nowhere"),
        refused(
            "lost momentum",
            TestJobs.withMomentum(job, new Artifact("file:///nowhere", 1L, "0".repeat(64))),
            "file:///nowhere"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("impossibleJobs")
  void shouldRefuse(String what, TrainingJob job, String sentence) {
    assertThatThrownBy(() -> train(job, progress -> true))
        .isInstanceOfAny(
            InvalidInputException.class, CorruptArtifactException.class, JobRefusedException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void shouldNameTheTensorThatIsNoNumberOrHasTheWrongShapeOrIsMissing() throws Exception {
    // Given
    var job = TestJobs.dense("tensors", 5);
    var nan = new float[8];
    nan[3] = Float.NaN;

    // When, then
    assertRefused(job, Map.of("fc1.bias", nan), "'fc1.bias'");
    assertRefused(job, Map.of("fc1.bias", new float[9]), "'fc1.bias'");
    assertRefused(job, Map.of("fc1.bias", new float[0]), "'fc1.bias'");
  }

  private void assertRefused(TrainingJob job, Map<String, float[]> changed, String sentence) {
    var initial = Weights.initial(NETWORK, 1);
    var tensors = new ArrayList<Tensor>();
    for (var parameter : NETWORK.parameters()) {
      var values = changed.get(parameter.name());
      if (values == null) {
        tensors.add(Tensor.floats(parameter.name(), parameter.shape(), initial.values(parameter)));
      } else if (values.length > 0) {
        tensors.add(
            Tensor.floats(parameter.name(), Shape.of(values.length), FloatBuffer.wrap(values)));
      }
    }
    var start = artifacts.write(file -> SafetensorsWriter.write(file, Map.of(), tensors));
    assertThatThrownBy(() -> train(TestJobs.from(job, start), progress -> true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(sentence);
  }

  /** The retraining of every other weight of the dense network. */
  private TrainingJob halved(TrainingJob job, Checkpoint dense) {
    return TestJobs.withOwnId(
        TrainingJob.newBuilder(job)
            .setStart(dense.getArtifact())
            .setMask(artifacts.write(everyOther()::write))
            .setTargetSparsity(0.5)
            .setDense(new DenseRun(dense.getCheckpointId(), dense.getArtifact(), 1.0, 0.1, null))
            .setPolicy("halve"));
  }

  /** The job as one of two phases. */
  private static TrainingJob phase(int number, TrainingJob job) {
    var lineage =
        Lineage.newBuilder(job.getLineage()).setPlan("plan").setPhase(number).setPhases(2).build();
    return TestJobs.withOwnId(TrainingJob.newBuilder(job).setLineage(lineage));
  }

  /** What is pruned is exactly 0, and all else was trained. */
  private static void assertKept(Mask mask, Weights before, Weights after) {
    for (var parameter : NETWORK.prunable()) {
      var start = before.values(parameter);
      var values = after.values(parameter);
      for (var i = 0; i < values.limit(); i++) {
        if (mask.tensor(parameter.name()).isAlive(i)) {
          assertThat(values.get(i)).isNotEqualTo(start.get(i));
        } else {
          assertThat(Float.floatToIntBits(values.get(i))).isZero();
        }
      }
    }
  }

  private Checkpoint run(TrainingJob job) throws IOException {
    return training.store(job, train(job, progress -> true));
  }

  private Weights read(Artifact artifact) {
    return artifacts.read(artifact, file -> Weights.read(NETWORK, file));
  }

  private static Mask everyOther() {
    var tensors = new LinkedHashMap<String, BitMask>();
    for (var parameter : NETWORK.prunable()) {
      var alive = new BitSet();
      for (var i = 0; i < parameter.shape().elements(); i += 2) {
        alive.set(i);
      }
      tensors.put(parameter.name(), BitMask.of(parameter.shape(), alive));
    }
    return new Mask(tensors);
  }

  private static Arguments refused(String what, TrainingJob job, String sentence) {
    return Arguments.of(what, job, sentence);
  }

  private static NetworkSpec builtIn(String name, int width) {
    return new NetworkSpec(new BuiltInNetwork(name, width), List.of(1, 28, 28), 10);
  }

  private static DataSpec data(String name, DataSpec like) {
    return DataSpec.newBuilder(like).setName(name).build();
  }

  private TrainedNetwork train(TrainingJob job, TrainingListener listener) throws IOException {
    try (var device = Devices.present(List.of("cpu")).lease()) {
      return training.train(job, device.computing(job), listener);
    }
  }
}
