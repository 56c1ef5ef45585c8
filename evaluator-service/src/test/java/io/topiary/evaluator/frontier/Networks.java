package io.topiary.evaluator.frontier;

import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Records of networks that nobody has trained. */
final class Networks {

  static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
  static final String DATA = "fashion-mnist-sample";

  private static final Artifact WEIGHTS = new Artifact("file:///weights", 1L, "0".repeat(64));

  private Networks() {}

  /** A dense network, made a number of minutes after the start. */
  static Checkpoint dense(String model, long seed, int minute) {
    var job = "%s-%d-%d".formatted(model, seed, minute);
    return checkpoint(Stage.DENSE, job, minute)
        .setLineage(lineage(model).build())
        .setRecipe(recipe(seed, 4, Schedule.LINEAR))
        .setEpochLoss(List.of(0.9, 0.5))
        .build();
  }

  /** One shot at 90%, in phase i of k, from the checkpoint before. */
  static Checkpoint pruned(Checkpoint parent, int phase, int phases) {
    var job = "%s-phase-%d".formatted(parent.getJobId(), phase);
    return checkpoint(Stage.PRUNED, job, minute(parent) + 1)
        .setLineage(
            lineage(parent.getLineage().getModel())
                .setPlan("plan")
                .setPhase(phase)
                .setPhases(phases)
                .setMethod(phases == 1 ? Method.ONE_SHOT : Method.IMP)
                .setParent(parent.getCheckpointId())
                .build())
        .setRecipe(recipe(parent.getRecipe().getSeed(), 2, Schedule.ALLR))
        .setTargetSparsity(0.9)
        .build();
  }

  /** What becomes of it. */
  static Checkpoint retrained(Checkpoint pruned) {
    return Checkpoint.newBuilder(pruned)
        .setCheckpointId(Ids.checkpointId(pruned.getJobId(), Stage.RETRAINED))
        .setStage(Stage.RETRAINED)
        .setEpochLoss(List.of(0.4))
        .setAt(pruned.getAt().plusSeconds(30))
        .build();
  }

  /** A network that ends a plan, in one phase, made a number of minutes after the start. */
  static Checkpoint retrained(String model, long seed, int minute) {
    return retrained(pruned(dense(model, seed, minute), 1, 1));
  }

  /** Of 1,000 images of either split. */
  static Evaluation.Builder evaluation(Checkpoint checkpoint, int validation, int test) {
    var recipe = checkpoint.getRecipe();
    return Evaluation.newBuilder()
        .setEvaluationId("evaluation-" + checkpoint.getCheckpointId())
        .setCheckpointId(checkpoint.getCheckpointId())
        .setStage(checkpoint.getStage())
        .setLineage(checkpoint.getLineage())
        .setNetwork("small-cnn")
        .setData(recipe.getData().getName())
        .setSchedule(recipe.getLearningRate().getSchedule())
        .setTargetSparsity(checkpoint.getTargetSparsity())
        .setSparsity(checkpoint.getTargetSparsity() + 0.001)
        .setParameterSparsity(checkpoint.getTargetSparsity())
        .setValidation(new Score(1_000, validation, 0.5))
        .setTest(new Score(1_000, test, 0.5))
        .setLayers(List.of(new LayerSparsity("conv1.weight", 72L, 36L, 56_448L)))
        .setFlopsDense(400)
        .setFlopsSparse(100)
        .setTheoreticalSpeedup(4)
        .setBytesDense(76_296)
        .setBytesSparse(10_881)
        .setStability(checkpoint.getStage() == Stage.PRUNED ? 0.5 : null)
        .setSeed(recipe.getSeed())
        .setMadeAt(checkpoint.getAt())
        .setAt(checkpoint.getAt().plusSeconds(10));
  }

  static MeasuredSpeedup measured(int batch, Optional<Double> speedup) {
    return MeasuredSpeedup.newBuilder()
        .setBatch(batch)
        .setWarmUp(3)
        .setRounds(9)
        .setDense(new Latency(4.0, 5.0))
        .setSparse(new Latency(1.0, 2.0))
        .setSpeedup(speedup.orElse(null))
        .setDrift(0.2)
        .build();
  }

  /** As versions before 4 sent it. */
  static Evaluation ofAnEarlierVersion(Evaluation.Builder evaluation) {
    return evaluation.clearSeed().clearMadeAt().build();
  }

  private static int minute(Checkpoint checkpoint) {
    return Math.toIntExact((checkpoint.getAt().getEpochSecond() - START.getEpochSecond()) / 60);
  }

  private static Lineage.Builder lineage(String model) {
    return Lineage.newBuilder().setModel(model).setGeneration("tonight");
  }

  private static Checkpoint.Builder checkpoint(Stage stage, String job, int minute) {
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job, stage))
        .setJobId(job)
        .setStage(stage)
        .setArtifact(WEIGHTS)
        .setAt(START.plusSeconds(60L * minute));
  }

  private static Recipe recipe(long seed, double epochs, Schedule schedule) {
    return Recipe.newBuilder()
        .setNetwork(new NetworkSpec(new BuiltInNetwork("small-cnn", 2), List.of(1, 28, 28), 10))
        .setData(new DataSpec(DATA, "0".repeat(64), 5_400, 600, 1L, 2_000, 0))
        .setEpochs(epochs)
        .setBatchSize(64)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(schedule)
                .setPeak(0.1)
                .setWarmUp(0)
                .setIterations(1_000)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(seed)
        .setThreads(1)
        .build();
  }
}
