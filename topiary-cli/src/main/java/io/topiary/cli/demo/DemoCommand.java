package io.topiary.cli.demo;

import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.Feasibility;
import io.topiary.cli.options.MethodOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.cli.progress.ProgressView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary demo}. */
@Command(
    name = "demo",
    description = {
      "Trains a network on real images, prunes it, retrains it at the right learning rate and"
          + " evaluates every stage.",
      "An embedded Kafka broker and the three services run in this process; whatever they say to"
          + " each other goes through Kafka."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary demo",
      "  topiary demo --network resnet20 --epochs 15 --sparsity 0.9,0.95,0.98",
      "  topiary demo --method imp --phases 3 --sparsity 0.9,0.98",
      "  topiary demo --method bimp --epochs 12 --dense-epochs 6 --sparsity 0.95",
      "  topiary demo --schedule lrw --dense-schedule step",
      "  topiary demo --data fashion-mnist --network my-net.json"
    })
public final class DemoCommand implements Callable<Integer> {

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private MethodOptions method = new MethodOptions();
  @Mixin private TrainingOptions training = new TrainingOptions();

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
      description = "Port of the page on localhost; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int httpPort;

  @Option(names = "--keep", description = "The page stays after the table, until Ctrl-C.")
  private boolean keep;

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
        new DemoOptions(method.request(), training.request(), data.folder(), dir, httpPort, keep);
    var subject = Subject.open(network.source(), data);
    var perEpoch = subject.iterationsPerEpoch(options.training());
    Feasibility.rates(options.pruning(), options.training(), subject.network(), perEpoch);
    Feasibility.requireReach(options.pruning(), subject.network());
    var clock = Clock.systemUTC();
    var view = ProgressView.onStandardError(quiet, clock);
    try (var stop = StopSignal.listen()) {
      return run(new Demo(options, subject, spec.commandLine().getOut(), view, clock), stop);
    }
  }

  /** What is still starting while the process already stops may fail in any way, to no harm. */
  private static int run(Demo demo, StopSignal stop) throws IOException, InterruptedException {
    try {
      return demo.run(stop);
    } catch (IOException | RuntimeException | LinkageError e) {
      if (stop.given()) {
        return StopSignal.INTERRUPTED;
      }
      throw e;
    }
  }
}
