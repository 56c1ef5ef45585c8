package io.topiary.cli.demo;

import io.topiary.engine.TrainingRun;
import io.topiary.engine.data.DataSets;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.runtime.StartException;
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
import io.topiary.sparsity.network.BuiltInNetworks;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Operator.BatchNormalization;
import io.topiary.sparsity.schedule.Iterations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the demo asks of the pipeline: one dense training, and a policy for what comes out of it.
 *
 * @param dataDir folder in which the data set is a folder of its name; of no account for a data set
 *     that is shipped or installed
 */
record DenseRunRequest(TrainingJob job, PruningPolicy policy, Path dataDir) {

  private static final double MOMENTUM = 0.9;

  /** What a network trains well with in some ten short epochs. */
  private record Suitable(double learningRate, double weightDecay) {

    private static final Suitable WITH_BATCH_NORM = new Suitable(0.4, 2e-3);
    private static final Suitable WITHOUT = new Suitable(0.05, 5e-4);

    /** BatchNorm makes the scale of the weights before it immaterial, and large steps safe. */
    static Suitable of(Network network) {
      var normalised =
          network.nodes().stream().anyMatch(node -> node.operator() instanceof BatchNormalization);
      return normalised ? WITH_BATCH_NORM : WITHOUT;
    }
  }

  /**
   * Opens the network and the data set, so that nothing is started for what does not exist.
   *
   * @param generation tells this run's work from any other's
   */
  static DenseRunRequest of(DemoOptions options, String generation) {
    var folder = Path.of(options.data()).toAbsolutePath().normalize();
    var dataDir = Optional.ofNullable(folder.getParent()).orElse(folder);
    var data = open(options.data(), dataDir);
    var network =
        BuiltInNetworks.network(options.network(), options.width(), data.image(), data.classes());

    requireFeasible(options, data, network);

    var model = options.network() + "-" + data.name().replaceAll("[^A-Za-z0-9._-]", "-");
    var lineage = Lineage.newBuilder().setModel(model).setGeneration(generation).build();
    var recipe = recipe(options, data, Suitable.of(network));
    var job =
        TrainingJob.newBuilder()
            .setJobId(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
            .setLineage(lineage)
            .setRecipe(recipe)
            .build();
    var policy =
        PruningPolicy.newBuilder()
            .setName("demo")
            .setModels(model)
            .setMethod(Method.ONE_SHOT)
            .setSelector(SelectorKind.GLOBAL_MAGNITUDE)
            .setSchedule(Schedule.ALLR)
            .setSparsities(options.sparsities())
            .setRetrainEpochs(options.retrainEpochs())
            .build();
    return new DenseRunRequest(job, policy, dataDir);
  }

  /** What can be known to fail is said now, not after the dense training. */
  private static void requireFeasible(DemoOptions options, ImageDataSet data, Network network) {
    var images = data.train().size();
    requireAnIteration("--epochs", options.epochs(), images, options.batchSize());
    requireAnIteration("--retrain-epochs", options.retrainEpochs(), images, options.batchSize());
    requireIndexable(options, network);
    var prunable = network.prunable();
    var weights = prunable.stream().mapToLong(weight -> weight.shape().elements()).sum();
    for (var sparsity : options.sparsities()) {
      if (Math.rint(sparsity * weights) > weights - prunable.size()) {
        throw new StartException(
            "--sparsity has %s, which leaves fewer of the %,d weights than there are layers (%d); it should be lower."
                .formatted(sparsity, weights, prunable.size()));
      }
    }
  }

  /** The engine holds a tensor in one buffer. */
  private static void requireIndexable(DemoOptions options, Network network) {
    for (var parameter : network.parameters()) {
      if (parameter.shape().elements() > Integer.MAX_VALUE) {
        throw new StartException(
            "--width is %d, which gives %s %,d elements; it should be low enough for at most %,d."
                .formatted(
                    options.width(),
                    parameter.name(),
                    parameter.shape().elements(),
                    Integer.MAX_VALUE));
      }
    }
  }

  private static void requireAnIteration(String option, double epochs, int images, int batchSize) {
    var perEpoch = Iterations.perEpoch(images, batchSize);
    var iterations = Math.rint(epochs * perEpoch);
    if (iterations < 1) {
      throw new StartException(
          "%s is %s, which is less than half a batch; it should be at least %.4f."
              .formatted(option, epochs, 1.0 / perEpoch));
    }
    if (iterations > Integer.MAX_VALUE) {
      throw new StartException(
          "%s is %s, which is more batches than can be counted; it should be at most %d."
              .formatted(option, epochs, Integer.MAX_VALUE / perEpoch));
    }
  }

  private static ImageDataSet open(String nameOrFolder, Path dataDir) {
    try {
      return DataSets.open(nameOrFolder, List.of(dataDir));
    } catch (IOException e) {
      throw new StartException(
          "The files of data set \"%s\" cannot be read: %s."
              .formatted(nameOrFolder, e.getMessage()),
          e);
    }
  }

  private static Recipe recipe(DemoOptions options, ImageDataSet data, Suitable suitable) {
    var images = data.train().size();
    return Recipe.newBuilder()
        .setNetwork(
            NetworkSpec.newBuilder()
                .setDefinition(new BuiltInNetwork(options.network(), options.width()))
                .setInput(data.image().dimensions())
                .setClasses(data.classes())
                .build())
        .setData(
            DataSpec.newBuilder()
                .setName(data.name())
                .setSha256(data.sha256())
                .setTrainingImages(images)
                .setValidationImages(data.validation().size())
                .setHeldOutSeed(ImageDataSet.HELD_OUT_SEED)
                .setTestImages(data.test().size())
                .build())
        .setEpochs(options.epochs())
        .setBatchSize(options.batchSize())
        .setLearningRate(
            LearningRatePlan.newBuilder()
                .setSchedule(Schedule.LINEAR)
                .setPeak(options.learningRate().orElse(suitable.learningRate()))
                .setWarmUp(0)
                .setIterations(Iterations.of(options.epochs(), images, options.batchSize()))
                .build())
        .setMomentum(MOMENTUM)
        .setWeightDecay(options.weightDecay().orElse(suitable.weightDecay()))
        .setSeed(options.seed())
        .setThreads(TrainingRun.THREADS)
        .build();
  }
}
