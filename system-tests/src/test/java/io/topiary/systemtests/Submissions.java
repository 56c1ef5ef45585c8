package io.topiary.systemtests;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.SelectorKind;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.schedule.Iterations;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What somebody outside asks of the pipeline. */
final class Submissions {

  private Submissions() {}

  /** Prunes half of every model's weights in one shot. */
  static PruningPolicy.Builder half(String name, double retrainEpochs) {
    return PruningPolicy.newBuilder()
        .setName(name)
        .setModels("ml?")
        .setMethod(Method.ONE_SHOT)
        .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
        .setSchedule(Schedule.ALLR)
        .setSparsities(List.of(0.5))
        .setRetrainEpochs(retrainEpochs);
  }

  /** An MLP, trained for an epoch on the images that every worker has. */
  static TrainingJob denseJob(String model) throws IOException {
    return denseJob(model, 1);
  }

  /** As above, for more epochs. */
  static TrainingJob denseJob(String model, int epochs) throws IOException {
    var data = DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());
    var lineage = Lineage.newBuilder().setModel(model).setGeneration("1").build();
    var images = data.train().size();
    var recipe =
        Recipe.newBuilder()
            .setNetwork(
                new NetworkSpec(
                    new BuiltInNetwork("mlp", 0), data.image().dimensions(), data.classes()))
            .setData(
                new DataSpec(
                    data.name(),
                    data.sha256(),
                    images,
                    data.validation().size(),
                    ImageDataSet.HELD_OUT_SEED,
                    data.test().size(),
                    0))
            .setEpochs((double) epochs)
            .setBatchSize(64)
            .setLearningRate(
                LearningRatePlan.newBuilder()
                    .setSchedule(Schedule.LINEAR)
                    .setPeak(0.05)
                    .setWarmUp(0)
                    .setIterations(Iterations.of(epochs, images, 64))
                    .build())
            .setMomentum(0.9)
            .setWeightDecay(0.0)
            .setSeed(1L)
            .setThreads(1)
            .build();
    return TrainingJob.newBuilder()
        .setJobId(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
        .setLineage(lineage)
        .setRecipe(recipe)
        .build();
  }

  /** The same job as new work, of another generation. */
  static TrainingJob again(TrainingJob job, String generation) {
    var lineage = Lineage.newBuilder(job.getLineage()).setGeneration(generation).build();
    var id = Ids.jobId(lineage, job.getRecipe(), Optional.empty(), Optional.empty());
    return TrainingJob.newBuilder(job).setLineage(lineage).setJobId(id).build();
  }
}
