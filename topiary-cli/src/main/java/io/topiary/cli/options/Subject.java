package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.engine.Computing;
import io.topiary.engine.data.Augmentation;
import io.topiary.engine.data.ImageDataSet;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.DataSpec;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Recipe;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.NetworkJson;
import io.topiary.sparsity.network.NetworkSource;
import io.topiary.sparsity.network.NetworkSource.BuiltIn;
import io.topiary.sparsity.network.NetworkSource.GraphFile;
import io.topiary.sparsity.schedule.Iterations;
import java.nio.file.Files;

/**
 * A network that fits the images that it is to be trained on, both opened.
 *
 * @param imageSize to which images were brought; 0 for their own
 * @param augmentation what is done to the training images at random
 */
public record Subject(
    NetworkSource source,
    Network network,
    ImageDataSet data,
    int imageSize,
    Augmentation augmentation) {

  /**
   * Opens both, so that nothing is started for what does not exist.
   *
   * @throws io.topiary.runtime.StartException when something cannot be read, or is too large
   * @throws io.topiary.sparsity.InvalidInputException when there is no such network or data set
   */
  public static Subject open(NetworkSource source, DataOptions images) {
    var data = images.open();
    var network = source.network(data.image(), data.classes());
    requireIndexable(source, network);
    return new Subject(source, network, data, images.imageSize(), images.augmentation(data));
  }

  /** What it is called where the pipeline speaks of it. */
  public String model() {
    return plain(network.name()) + "-" + plain(data.name());
  }

  /** Batches of an epoch. */
  public int iterationsPerEpoch(TrainingRequest training) {
    return Iterations.perEpoch(data.train().size(), training.batchSize());
  }

  /**
   * How it is trained densely.
   *
   * @param artifacts where the graph is put if the network has no name that everybody knows
   */
  public Recipe recipe(TrainingRequest training, double epochs, ArtifactStore artifacts) {
    var iterations = Iterations.of(epochs, data.train().size(), training.batchSize());
    var recipe =
        Recipe.newBuilder()
            .setNetwork(spec(artifacts))
            .setData(
                DataSpec.newBuilder()
                    .setName(data.name())
                    .setSha256(data.sha256())
                    .setTrainingImages(data.train().size())
                    .setValidationImages(data.validation().size())
                    .setHeldOutSeed(ImageDataSet.HELD_OUT_SEED)
                    .setTestImages(data.test().size())
                    .setImageSize(imageSize)
                    .build())
            .setEpochs(epochs)
            .setBatchSize(training.batchSize())
            .setLearningRate(LearningRates.plan(training.rates(network, iterations)))
            .setMomentum(training.momentum().orElse(TrainingRequest.USUAL_MOMENTUM))
            .setWeightDecay(training.weightDecay(network))
            .setSeed(training.seed())
            .setThreads(Computing.DEFAULT.threads());
    // Nothing is written of what is not done: the same work has the same id as ever.
    if (!augmentation.isNone()) {
      recipe.setAugmentation(
          new io.topiary.schemas.Augmentation(
              augmentation.cropPadding(),
              augmentation.horizontalFlip(),
              augmentation.resizedCrop()));
    }
    return recipe.build();
  }

  private NetworkSpec spec(ArtifactStore artifacts) {
    var definition =
        source instanceof BuiltIn known
            ? new BuiltInNetwork(known.name(), known.width())
            : artifacts.write(file -> Files.writeString(file, NetworkJson.write(network)));
    return NetworkSpec.newBuilder()
        .setDefinition(definition)
        .setInput(data.image().dimensions())
        .setClasses(data.classes())
        .build();
  }

  /** The engine holds a tensor in one buffer. */
  private static void requireIndexable(NetworkSource source, Network network) {
    var culprit =
        source instanceof BuiltIn known
            ? "--width is %d, which".formatted(known.width())
            : "--network %s".formatted(((GraphFile) source).file());
    for (var parameter : network.parameters()) {
      require(
          parameter.shape().elements() <= Integer.MAX_VALUE,
          "%s gives %s %,d elements; it should be low enough for at most %,d.",
          culprit,
          parameter.name(),
          parameter.shape().elements(),
          Integer.MAX_VALUE);
    }
  }

  /** In the letters that the name of a model may have. */
  private static String plain(String name) {
    return name.replaceAll("[^A-Za-z0-9._-]", "-");
  }
}
