package io.topiary.systemtests;

import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.ClassScore;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Latency;
import io.topiary.schemas.LayerSparsity;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TimingProtocol;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Networks that nobody has trained: of three seeds each a dense one, and sparse ones by two
 * methods.
 */
final class PageRecords {

  static final String MODEL = "resnet8";
  static final List<Double> SPARSITIES = List.of(0.7, 0.9, 0.95);
  static final List<Method> METHODS = List.of(Method.ONE_SHOT, Method.IMP);
  static final int SEEDS = 3;

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  private static final Artifact WEIGHTS = new Artifact("file:///weights", 1L, "0".repeat(64));
  private static final int TEST_IMAGES = 2_000;
  private static final int VALIDATION_IMAGES = 600;

  private PageRecords() {}

  static Checkpoint dense(int seed) {
    var job = "dense-" + seed;
    return checkpoint(Stage.DENSE, job, seed)
        .setLineage(Lineage.newBuilder().setModel(MODEL).setGeneration("1").build())
        .setRecipe(recipe(seed, 10, Schedule.LINEAR, 0.4, 850))
        .setEpochLoss(List.of(1.2, 0.3))
        .build();
  }

  /** Just pruned, or retrained since. */
  static Checkpoint sparse(Method method, double sparsity, int seed, Stage stage) {
    var job = "%s-%s-%d".formatted(method, sparsity, seed);
    var made = checkpoint(stage, job, 10 * SPARSITIES.indexOf(sparsity) + seed);
    if (stage == Stage.RETRAINED) {
      made.setEpochLoss(List.of(0.6, 0.48)).setAt(made.getAt().plusSeconds(30));
    }
    return made.setLineage(
            Lineage.newBuilder()
                .setModel(MODEL)
                .setGeneration("1")
                .setPlan("plan-" + job)
                .setPhase(1)
                .setPhases(1)
                .setMethod(method)
                .setParent(Ids.checkpointId("dense-" + seed, Stage.DENSE))
                .build())
        .setRecipe(recipe(seed, 2, Schedule.ALLR, 0.1773, 170))
        .setTargetSparsity(sparsity)
        .build();
  }

  /** The sparser the worse and the faster; every seed is a little better than the one before. */
  static Evaluation evaluation(Checkpoint checkpoint) {
    var seed = (int) checkpoint.getRecipe().getSeed();
    var sparsity = checkpoint.getTargetSparsity();
    var method = checkpoint.getLineage().getMethod();
    var worse =
        (int) (300 * sparsity * sparsity * sparsity)
            / (method.filter(Method.IMP::equals).isPresent() ? 2 : 1);
    var correct = 1_739 + 8 * seed - worse - (checkpoint.getStage() == Stage.PRUNED ? 500 : 0);
    var evaluation =
        Evaluation.newBuilder()
            .setEvaluationId("evaluation-" + checkpoint.getCheckpointId())
            .setCheckpointId(checkpoint.getCheckpointId())
            .setStage(checkpoint.getStage())
            .setLineage(checkpoint.getLineage())
            .setNetwork("resnet8")
            .setData(checkpoint.getRecipe().getData().getName())
            .setSchedule(checkpoint.getRecipe().getLearningRate().getSchedule())
            .setTargetSparsity(sparsity)
            .setSparsity(sparsity)
            .setParameterSparsity(sparsity)
            .setValidation(new Score(VALIDATION_IMAGES, correct * 3 / 10, 0.4))
            .setTest(new Score(TEST_IMAGES, correct, 0.41))
            .setLayers(layers(sparsity))
            .setFlopsDense(2_314_688)
            .setFlopsSparse(2_314_688 * (1 - sparsity))
            .setTheoreticalSpeedup(1 / (1 - sparsity))
            .setBytesDense(76_296)
            .setBytesSparse(10_881)
            .setBytesGzipped(9_800L)
            .setTestClasses(classes(TEST_IMAGES))
            .setValidationClasses(classes(VALIDATION_IMAGES))
            .setProtocol(new TimingProtocol("PyTorch", "Vector API", 1))
            .setSeed((long) seed)
            .setMadeAt(checkpoint.getAt())
            .setAt(checkpoint.getAt().plusSeconds(10));
    if (sparsity > 0) {
      evaluation
          .setDenseTest(new Score(TEST_IMAGES, 1_755, 0.35))
          .setMeasured(
              List.of(measured(1, sparsity, false), measured(64, sparsity, sparsity == 0.9)));
    }
    if (checkpoint.getStage() == Stage.PRUNED) {
      evaluation.setStability(0.68);
    }
    return evaluation.build();
  }

  private static MeasuredSpeedup measured(int batch, double sparsity, boolean withheld) {
    var speedup = 0.7 / (1 - sparsity);
    var measured =
        MeasuredSpeedup.newBuilder()
            .setBatch(batch)
            .setWarmUp(20)
            .setRounds(101)
            .setDense(new Latency(speedup, 1.2 * speedup))
            .setSparse(new Latency(1.0, 1.1))
            .setDrift(withheld ? 0.14 : 0.01);
    return withheld
        ? measured.setWithheld("The dense baseline drifted by 14%.").build()
        : measured.setSpeedup(speedup).setLow(0.98 * speedup).setHigh(1.02 * speedup).build();
  }

  private static List<LayerSparsity> layers(double sparsity) {
    return List.of(
        new LayerSparsity("conv1.weight", 72L, (long) (72 * sparsity / 2), 56_448L),
        new LayerSparsity("layer1.0.conv1.weight", 576L, (long) (576 * sparsity), 451_584L),
        new LayerSparsity("linear.weight", 320L, (long) (320 * sparsity / 2), 320L));
  }

  private static List<ClassScore> classes(int images) {
    var each = images / 10;
    return IntStream.range(0, 10)
        .mapToObj(label -> new ClassScore(label, each, each - label * each / 40))
        .toList();
  }

  private static Checkpoint.Builder checkpoint(Stage stage, String job, int minute) {
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job, stage))
        .setJobId(job)
        .setStage(stage)
        .setArtifact(WEIGHTS)
        .setAt(START.plusSeconds(60L * minute));
  }

  private static Recipe recipe(
      long seed, double epochs, Schedule schedule, double peak, int iterations) {
    return Recipe.newBuilder()
        .setNetwork(new NetworkSpec(new BuiltInNetwork("resnet8", 0), List.of(1, 28, 28), 10))
        .setData(new DataSpec("fashion-mnist-sample", "0".repeat(64), 5_400, 600, 1L, 2_000, 0))
        .setEpochs(epochs)
        .setBatchSize(64)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(schedule)
                .setPeak(peak)
                .setWarmUp(schedule == Schedule.ALLR ? iterations / 10 : 0)
                .setIterations(iterations)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(seed)
        .setThreads(1)
        .build();
  }
}
