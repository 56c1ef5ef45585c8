package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.requireChoice;
import static io.topiary.cli.options.Refusals.requirePositive;

import io.topiary.cli.compare.experiment.Schedules;
import io.topiary.cli.compare.experiment.Share;
import io.topiary.cli.compare.result.Kind;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary compare schedules}. */
@Command(
    name = "schedules",
    description = {
      "Which learning rates retrain best: trains a dense network for every seed, prunes it once to"
          + " every sparsity, and retrains what is left by every schedule for every length of time.",
      "Prints mean and standard deviation of the test accuracy, and which schedules ALLR beats by a"
          + " paired t-test over seeds; every run is in runs.csv and runs.json."
    },
    sortOptions = false,
    defaultValueProvider = SteppedDense.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary compare schedules --network mlp --width 32 --epochs 18 --sparsity 0.9,0.98",
      "  topiary compare schedules --network resnet8 --width 8 --data fashion-mnist --dir results",
      "  topiary compare schedules --schedules ft,llr,allr --retrain 1/9 --seeds 5 --slots 1"
    })
public final class CompareSchedulesCommand implements Callable<Integer> {

  private static final Path USUAL_DIR = Path.of("topiary-data", "compare-schedules");

  /** Speedups are not what this comparison is about, and trainers pause for them. */
  private static final Duration TIMING = Duration.ofMillis(50);

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--epochs",
      paramLabel = "T",
      defaultValue = "45",
      description = "Epochs of dense training. Default: ${DEFAULT-VALUE}")
  private double epochs;

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      defaultValue = "0.7,0.8,0.9",
      description = "Fractions of the weights to remove. Default: ${DEFAULT-VALUE}")
  private List<String> sparsities = List.of();

  @Option(
      names = "--retrain",
      paramLabel = "SHARE",
      defaultValue = Share.USUAL,
      description =
          "How long is retrained, as shares of --epochs: fractions or decimals. Default:"
              + " ${DEFAULT-VALUE}, those of the paper")
  private List<String> budgets = List.of();

  @Option(
      names = "--schedules",
      paramLabel = "NAME",
      defaultValue = "ft,lrw,slr,clr,llr,allr",
      description = "Learning rates of retraining. Default: ${DEFAULT-VALUE}")
  private List<String> schedules = List.of();

  @Mixin private TrainingOptions training = new TrainingOptions();
  @Mixin private ComparisonOptions comparison = new ComparisonOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    requirePositive("--epochs", epochs);
    var request =
        new Schedules(
            rules(),
            Typed.sparsities(sparsities),
            epochs,
            Share.parse("--retrain", budgets),
            training.request(),
            comparison.seeds());
    var options = comparison.run(USUAL_DIR, data.folder());
    var subject = Subject.open(network.source(), data);
    request.requirePossible(subject);
    options.requireReachable(subject);
    return comparison.run(comparison(request, subject), options, spec);
  }

  private ComparisonRequest comparison(Schedules request, Subject subject) {
    var seeds = request.allSeeds();
    var settings = CommonSettings.of(subject, request.training(), epochs, seeds);
    settings.put(
        "--sparsity",
        request.sparsities().stream().map(s -> number(s)).collect(Collectors.joining(",")));
    settings.put(
        "--retrain", request.budgets().stream().map(Share::typed).collect(Collectors.joining(",")));
    settings.put(
        "--schedules",
        request.rules().stream().map(RetrainingRule::label).collect(Collectors.joining(",")));
    return new ComparisonRequest(
        Kind.SCHEDULES,
        ComparisonOptions.typed(spec),
        subject.model(),
        settings,
        seeds,
        TIMING,
        (identity, artifacts) -> request.experiment(subject, identity, artifacts));
  }

  private List<RetrainingRule> rules() {
    var labels = Stream.of(RetrainingRule.values()).map(RetrainingRule::label).toList();
    var names = Typed.names("--schedules", schedules);
    names.forEach(name -> requireChoice("--schedules", name, labels));
    return names.stream().map(RetrainingRule::named).toList();
  }
}
