package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requirePositive;

import io.topiary.sparsity.schedule.DenseRule;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** How a network is trained, as it is asked for on the command line. */
public final class TrainingOptions {

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images per iteration. Default: ${DEFAULT-VALUE}")
  private int batchSize;

  @Option(
      names = "--learning-rate",
      paramLabel = "ETA",
      description =
          "Peak of the dense training. Default: 0.4 for networks with BatchNorm, 0.05 for others")
  private Optional<Double> learningRate = Optional.empty();

  @Option(
      names = "--dense-schedule",
      paramLabel = "NAME",
      defaultValue = "linear",
      description =
          "Learning rates of the dense training: linear, which falls to 0; step, a tenth from"
              + " 1/3, 2/3 and 8/9 on; cosine, which falls to 0 along half a cosine; or 1-cycle,"
              + " which rises from a 25th of the peak and falls to almost 0. FT and LRW go on with"
              + " its last rates, which are almost 0 after all but step: compare them with others"
              + " after step. Default: ${DEFAULT-VALUE}")
  private String denseSchedule = "";

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      description =
          "Share of the dense training in which its rates rise to the peak, for example 0.1."
              + " Default: 0; with 1-cycle 0.3")
  private Optional<Double> warmUp = Optional.empty();

  @Option(
      names = "--weight-decay",
      paramLabel = "LAMBDA",
      description =
          "Weight decay, biases and BatchNorm included. Default: 0.002 for networks with BatchNorm,"
              + " 0.0005 for others")
  private Optional<Double> weightDecay = Optional.empty();

  @Option(names = "--momentum", paramLabel = "M", description = "Of the optimiser. Default: 0.9")
  private Optional<Double> momentum = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Decides initial weights and the order of images. Default: ${DEFAULT-VALUE}")
  private long seed;

  /**
   * What was asked for.
   *
   * @throws io.topiary.runtime.StartException when it makes no sense
   */
  public TrainingRequest request() {
    require(batchSize >= 1, "--batch-size is %d, but it should be at least 1.", batchSize);
    learningRate.ifPresent(rate -> requirePositive("--learning-rate", rate));
    weightDecay.ifPresent(
        decay ->
            require(
                decay >= 0 && Double.isFinite(decay),
                "--weight-decay is %s, but it should be at least 0.",
                number(decay)));
    momentum.ifPresent(
        given ->
            require(
                given >= 0 && given < 1,
                "--momentum is %s, but it should be at least 0 and below 1, for example 0.9.",
                number(given)));
    return new TrainingRequest(batchSize, learningRate, shape(), weightDecay, momentum, seed);
  }

  private DenseShape shape() {
    var labels = Stream.of(DenseRule.values()).map(DenseRule::label).toList();
    Refusals.requireChoice("--dense-schedule", denseSchedule, labels);
    warmUp.ifPresent(
        share ->
            require(
                share >= 0 && share < 1,
                "--warm-up is %s, but it should be at least 0 and below 1, for example 0.1.",
                number(share)));
    return DenseShape.of(DenseRule.named(denseSchedule), warmUp);
  }
}
