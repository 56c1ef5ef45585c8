package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requirePositive;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a network is trained, as it is asked for on the command line. */
public final class TrainingOptions {

  private static final String STEP = "step";
  private static final List<String> DENSE_SCHEDULES = List.of("linear", STEP);

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
          "Learning rates of the dense training: linear, which falls to 0, or step, a tenth from"
              + " 1/3, 2/3 and 8/9 on. FT and LRW go on with its last rates, which are almost 0"
              + " after linear: compare them with others after step. Default: ${DEFAULT-VALUE}")
  private String denseSchedule = "";

  @Option(
      names = "--weight-decay",
      paramLabel = "LAMBDA",
      description =
          "Weight decay, biases and BatchNorm included. Default: 0.002 for networks with BatchNorm,"
              + " 0.0005 for others")
  private Optional<Double> weightDecay = Optional.empty();

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
    Refusals.requireChoice("--dense-schedule", denseSchedule, DENSE_SCHEDULES);
    var stepped = denseSchedule.equals(STEP);
    return new TrainingRequest(batchSize, learningRate, stepped, weightDecay, seed);
  }
}
