package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requireChoice;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.console.StopSignal;
import io.topiary.cli.progress.ProgressView;
import io.topiary.runtime.config.KafkaSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What both comparisons are asked for alike. */
final class ComparisonOptions {

  private static final int MOST_SEEDS = 1_000;
  private static final String TABLE = "table";
  private static final String JSON = "json";

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "How many seeds, from --seed on; each has start weights and an order of images of its own."
              + " Default: ${DEFAULT-VALUE}")
  private int seeds;

  @Option(
      names = "--dir",
      paramLabel = "FOLDER",
      description =
          "Where the comparison keeps all that it makes. The same command with the same folder goes"
              + " on where it was. Default: topiary-data/compare-schedules or -methods")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--slots",
      paramLabel = "N",
      description = "Jobs that are trained side by side. Default: one for each processor")
  private Optional<Integer> slots = Optional.empty();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description =
          "Port of the page on localhost; 0 takes a free one. Its points do not tell retraining of"
              + " different length apart. Default: ${DEFAULT-VALUE}")
  private int httpPort;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = TABLE,
      description =
          "What is printed in the end: table or json, which has every run. Default: ${DEFAULT-VALUE}")
  private String output = "";

  @Mixin private BrokerOptions brokers = new BrokerOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(names = "--quiet", description = "Only the result.")
  private boolean quiet;

  int seeds() {
    require(
        seeds >= 1 && seeds <= MOST_SEEDS,
        "--seeds is %d, but it should be between 1 and %d.",
        seeds,
        MOST_SEEDS);
    return seeds;
  }

  /**
   * How it is run.
   *
   * @param usualDir where nobody says
   * @throws io.topiary.runtime.StartException when it makes no sense
   */
  RunOptions run(Path usualDir, Path dataDir) {
    requireChoice("--output", output, List.of(TABLE, JSON));
    return new RunOptions(
        dir.orElse(usualDir),
        dataDir,
        slots.orElse(Runtime.getRuntime().availableProcessors()),
        httpPort,
        output.equals(JSON),
        cluster());
  }

  /** Absent unless an option asks for one: whoever compares need not know the environment. */
  private Optional<KafkaSettings> cluster() {
    return brokers.given() ? Optional.of(brokers.open(System.getenv())) : Optional.empty();
  }

  /** What is still starting while the process already stops may fail in any way, to no harm. */
  int run(ComparisonRequest request, RunOptions options, CommandSpec spec)
      throws IOException, InterruptedException {
    var clock = Clock.systemUTC();
    try (var stop = StopSignal.listen()) {
      try {
        return new ComparisonRun(
                request,
                options,
                String.join(" ", spec.root().version()),
                spec.commandLine().getOut(),
                ProgressView.onStandardError(quiet, clock),
                clock)
            .run(stop);
      } catch (IOException | RuntimeException | LinkageError e) {
        if (stop.given()) {
          return StopSignal.INTERRUPTED;
        }
        throw e;
      }
    }
  }

  /** The command as it can be typed again. */
  static String typed(CommandSpec spec) {
    return spec.root().commandLine().getParseResult().originalArgs().stream()
        .map(
            word -> word.matches("[\\w./,:=@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" ", "./topiary ", ""));
  }
}
