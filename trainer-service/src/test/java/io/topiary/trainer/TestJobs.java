package io.topiary.trainer;

import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.TrainingJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** Small jobs: a perceptron with a few hidden units on the shipped sample. */
final class TestJobs {

  static final ImageDataSet DATA = open();
  static final long SEED = 5;
  static final int BATCH = 64;

  private TestJobs() {}

  static TrainingJob dense(String model, int iterations) {
    return withOwnId(
        TrainingJob.newBuilder()
            .setJobId("")
            .setLineage(Lineage.newBuilder().setModel(model).setGeneration("1").build())
            .setRecipe(recipe(iterations)));
  }

  /** A job whose network becomes sparse while it is trained. */
  static TrainingJob sparse(int iterations, Sparsifier sparsifier) {
    var job = with(dense("sparse", iterations), recipe -> recipe.setSparsifier(sparsifier));
    return TrainingJob.newBuilder(job).setTargetSparsity(sparsifier.getSparsity()).build();
  }

  /** The job with another recipe, and the id that goes with it. */
  static TrainingJob with(TrainingJob job, UnaryOperator<Recipe.Builder> change) {
    var recipe = change.apply(Recipe.newBuilder(job.getRecipe())).build();
    return withOwnId(TrainingJob.newBuilder(job).setRecipe(recipe));
  }

  /** The job with another learning-rate plan. */
  static TrainingJob withPlan(TrainingJob job, UnaryOperator<LearningRatePlan.Builder> change) {
    var plan = LearningRatePlan.newBuilder(job.getRecipe().getLearningRate());
    return with(job, recipe -> recipe.setLearningRate(change.apply(plan).build()));
  }

  /** The job with another start. */
  static TrainingJob from(TrainingJob job, Artifact start) {
    return withOwnId(TrainingJob.newBuilder(job).setStart(start));
  }

  /** The job that goes on with the momentum of another. */
  static TrainingJob withMomentum(TrainingJob job, Artifact momentum) {
    return withOwnId(TrainingJob.newBuilder(job).setMomentum(momentum));
  }

  static TrainingJob withOwnId(TrainingJob.Builder builder) {
    var job = builder.build();
    return TrainingJob.newBuilder(job)
        .setJobId(
            Ids.jobId(
                job.getLineage(),
                job.getRecipe(),
                job.getStart(),
                job.getMask(),
                job.getMomentum()))
        .build();
  }

  static DataSpec data() {
    return new DataSpec(
        DATA.name(),
        DATA.sha256(),
        DATA.train().size(),
        DATA.validation().size(),
        ImageDataSet.HELD_OUT_SEED,
        DATA.test().size(),
        0);
  }

  private static Recipe recipe(int iterations) {
    return Recipe.newBuilder()
        .setNetwork(new NetworkSpec(new BuiltInNetwork("mlp", 8), List.of(1, 28, 28), 10))
        .setData(data())
        .setEpochs(iterations * BATCH / (double) DATA.train().size())
        .setBatchSize(BATCH)
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.LINEAR)
                .setPeak(0.1)
                .setWarmUp(0)
                .setIterations(iterations)
                .build())
        .setMomentum(0.9)
        .setWeightDecay(5e-4)
        .setSeed(SEED)
        .setThreads(1)
        .build();
  }

  private static ImageDataSet open() {
    try {
      return DataSets.open(DataSets.FASHION_MNIST_SAMPLE, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
