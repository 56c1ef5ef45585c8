package io.topiary.cli.demo;

import io.topiary.cli.progress.ProgressView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary demo}. */
@Command(
    name = "demo",
    description = {
      "Trains a network on real images, prunes it in one shot, retrains it with ALLR and evaluates"
          + " every stage.",
      "An embedded Kafka broker and the three services run in this process; whatever they say to"
          + " each other goes through Kafka."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary demo",
      "  topiary demo --network resnet20 --epochs 15 --sparsity 0.9,0.95,0.98",
      "  topiary demo --data fashion-mnist --network mlp"
    })
public final class DemoCommand implements Callable<Integer> {

  /** Set by the launcher where a person looks on; since JDK 22 System.console() cannot tell. */
  private static final String TERMINAL = "topiary.terminal";

  @Option(
      names = "--network",
      paramLabel = "NAME",
      defaultValue = "resnet8",
      description =
          "mlp, lenet5, small-cnn, resnet8, resnet20, resnet32 or resnet56. Default: ${DEFAULT-VALUE}")
  private String network = "";

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "0",
      description = "Channels of its first stage; 0 for the network's own default.")
  private int width;

  @Option(
      names = "--data",
      paramLabel = "NAME|FOLDER",
      defaultValue = "fashion-mnist-sample",
      description =
          "fashion-mnist-sample (shipped), fashion-mnist or mnist where they are installed, or a"
              + " folder with IDX files. Default: ${DEFAULT-VALUE}")
  private String data = "";

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      split = ",",
      defaultValue = "0.7,0.8,0.9",
      description = "Fractions of the weights to remove. Default: ${DEFAULT-VALUE}")
  private List<Double> sparsities = List.of();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Epochs of dense training. Default: ${DEFAULT-VALUE}")
  private double epochs;

  @Option(
      names = "--retrain-epochs",
      paramLabel = "N",
      defaultValue = "2",
      description = "Epochs of each retraining. Default: ${DEFAULT-VALUE}")
  private double retrainEpochs;

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
          "Peak of the dense run, from which it falls linearly to 0. Default: 0.4 for networks with"
              + " BatchNorm, 0.05 for others")
  private Optional<Double> learningRate = Optional.empty();

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

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      defaultValue = "topiary-data",
      description =
          "Where runs keep what they make, each in a folder of its own. Default: ${DEFAULT-VALUE}")
  private Path dir = Path.of("");

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description =
          "Port of the metrics page on localhost; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int httpPort;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(names = "--quiet", description = "Only the table and where things are.")
  private boolean quiet;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    var options =
        new DemoOptions(
            network,
            width,
            data,
            sparsities,
            epochs,
            retrainEpochs,
            batchSize,
            learningRate,
            weightDecay,
            seed,
            dir,
            httpPort,
            quiet);
    var clock = Clock.systemUTC();
    var view = ProgressView.on(System.err, Boolean.getBoolean(TERMINAL), quiet, clock);
    try (var stop = StopSignal.listen()) {
      return run(new Demo(options, spec.commandLine().getOut(), view, clock), stop);
    }
  }

  /** What is still starting while the process already stops may fail in any way, to no harm. */
  private static int run(Demo demo, StopSignal stop) throws IOException, InterruptedException {
    try {
      return demo.run(stop);
    } catch (IOException | RuntimeException | LinkageError e) {
      if (stop.given()) {
        return Demo.INTERRUPTED;
      }
      throw e;
    }
  }
}
