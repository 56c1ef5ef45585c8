package io.topiary.cli.demo;

import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Disagreement;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Latency;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Score;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records as the services send them. */
final class DemoRecords {

  private static final String SHA256 = "ab".repeat(32);

  private DemoRecords() {}

  static Checkpoint checkpoint(Stage stage, double sparsity) {
    return checkpoint(stage, sparsity, stage == Stage.DENSE ? 0 : 1, 1);
  }

  static Checkpoint checkpoint(Stage stage, double sparsity, int phase, int phases) {
    var rates = stage == Stage.DENSE ? linear() : allr();
    return Checkpoint.newBuilder()
        .setCheckpointId(stage + "-" + sparsity)
        .setJobId("job-" + sparsity)
        .setStage(stage)
        .setLineage(lineage(sparsity, phase, phases))
        .setArtifact(new Artifact("file:///blobs/" + SHA256, 1L, SHA256))
        .setTargetSparsity(sparsity)
        .setRecipe(
            Recipe.newBuilder()
                .setNetwork(
                    new NetworkSpec(new BuiltInNetwork("resnet8", 8), List.of(1, 28, 28), 10))
                .setData(new DataSpec("fashion-mnist-sample", SHA256, 5_400, 600, 7L, 2_000, 0))
                .setEpochs(10.0)
                .setBatchSize(64)
                .setLearningRate(rates)
                .setMomentum(0.9)
                .setWeightDecay(5e-4)
                .setSeed(1L)
                .setThreads(1)
                .build())
        .setAt(Instant.EPOCH)
        .build();
  }

  static Evaluation evaluation(Stage stage, double sparsity, int correct, int lost, int won) {
    return evaluation(stage, sparsity, stage == Stage.DENSE ? 0 : 1, 1, correct, lost, won);
  }

  static Evaluation evaluation(
      Stage stage, double sparsity, int phase, int phases, int correct, int lost, int won) {
    return Evaluation.newBuilder()
        .setEvaluationId("evaluation-" + stage + sparsity)
        .setCheckpointId(stage + "-" + sparsity)
        .setStage(stage)
        .setLineage(lineage(sparsity, phase, phases))
        .setNetwork("resnet8")
        .setData("fashion-mnist-sample")
        .setSchedule(Schedule.ALLR)
        .setTargetSparsity(sparsity)
        .setSparsity(sparsity)
        .setParameterSparsity(sparsity)
        .setValidation(new Score(600, 500, 0.5))
        .setTest(new Score(2_000, correct, 0.5))
        .setTestDisagreement(stage == Stage.DENSE ? null : new Disagreement(lost, won))
        .setLayers(List.of())
        .setFlopsDense(1_000)
        .setFlopsSparse(1_000 * (1 - sparsity))
        .setTheoreticalSpeedup(1 / (1 - sparsity))
        .setBytesDense(78_000)
        .setBytesSparse(12_345)
        .setMeasured(stage == Stage.DENSE ? List.of() : List.of(told(), withheld()))
        .setAt(Instant.EPOCH)
        .build();
  }

  private static MeasuredSpeedup told() {
    return measured(1).setSpeedup(6.25).setLow(6.0).setHigh(6.5).setDrift(0.02).build();
  }

  private static MeasuredSpeedup withheld() {
    return measured(64).setDrift(0.2).setWithheld("The dense baseline drifted.").build();
  }

  private static MeasuredSpeedup.Builder measured(int batch) {
    return MeasuredSpeedup.newBuilder()
        .setBatch(batch)
        .setWarmUp(10)
        .setRounds(100)
        .setDense(new Latency(5.0, 6.0))
        .setSparse(new Latency(0.8, 0.9));
  }

  /** How the plan to a sparsity ended. */
  static Outcome planDone(double sparsity) {
    return outcome("plan-" + sparsity, Work.PLAN, Result.DONE, null);
  }

  static Outcome outcome(String id, Work work, Result result, @Nullable String reason) {
    return new Outcome(id, work, result, lineage(0, 0, 0), reason, "worker", 1L, Instant.EPOCH);
  }

  private static Lineage lineage(double sparsity, int phase, int phases) {
    var lineage = Lineage.newBuilder().setModel("demo").setGeneration("1");
    return phase == 0
        ? lineage.build()
        : lineage.setPlan("plan-" + sparsity).setPhase(phase).setPhases(phases).build();
  }

  private static LearningRatePlan linear() {
    return LearningRatePlan.newBuilder()
        .setSchedule(Schedule.LINEAR)
        .setPeak(0.1)
        .setWarmUp(0)
        .setIterations(850)
        .build();
  }

  private static LearningRatePlan allr() {
    return LearningRatePlan.newBuilder()
        .setSchedule(Schedule.ALLR)
        .setPeak(0.0625)
        .setWarmUp(17)
        .setIterations(170)
        .setD1(0.625)
        .setD2(0.2)
        .build();
  }
}
