package io.topiary.schemas;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Records as they look in a real run, for tests. */
final class Samples {

  static final Artifact WEIGHTS =
      new Artifact("file:///var/lib/topiary/blobs/" + "ab".repeat(32), 312_345L, "ab".repeat(32));

  private Samples() {}

  static Lineage lineage() {
    return Lineage.newBuilder().setModel("resnet8").setGeneration("2026-11-22T10:00").build();
  }

  static Recipe recipe(long seed) {
    return Recipe.newBuilder()
        .setNetwork(new NetworkSpec(new BuiltInNetwork("resnet8", 8), List.of(1, 28, 28), 10))
        .setData(new DataSpec("fashion-mnist-sample", "cd".repeat(32), 5_400, 600, 7L, 2_000, 0))
        .setEpochs(10.0)
        .setBatchSize(64)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.LINEAR)
                .setPeak(0.1)
                .setWarmUp(0)
                .setIterations(850)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(seed)
        .setThreads(1)
        .build();
  }

  static TrainingJob job() {
    var jobId = Ids.jobId(lineage(), recipe(1), Optional.empty(), Optional.empty());
    return TrainingJob.newBuilder()
        .setJobId(jobId)
        .setLineage(lineage())
        .setRecipe(recipe(1))
        .build();
  }

  static Checkpoint checkpoint() {
    var job = job();
    return Checkpoint.newBuilder()
        .setCheckpointId(Ids.checkpointId(job.getJobId(), Stage.DENSE))
        .setJobId(job.getJobId())
        .setStage(Stage.DENSE)
        .setLineage(job.getLineage())
        .setArtifact(WEIGHTS)
        .setRecipe(job.getRecipe())
        .setEpochLoss(List.of(1.5, 0.75))
        .setAt(Instant.ofEpochMilli(1_800_000_000_000L))
        .build();
  }
}
