package io.topiary.cli.compare;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requireChoice;
import static io.topiary.cli.options.Refusals.requirePositive;

import io.topiary.cli.compare.experiment.Methods;
import io.topiary.cli.compare.result.Kind;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.SparseMethod;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.engine.sparsifier.Sparsification.Dst;
import io.topiary.engine.sparsifier.Sparsification.Str;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary compare methods}. */
@Command(
    name = "methods",
    description = {
      "Which method makes the best sparse network within the same epochs: BIMP, which trains, prunes"
          + " and retrains, or methods that prune while they train. All start from the same weights.",
      "Prints training throughput, test accuracy, theoretical speedup, the sparsity that was"
          + " achieved, and the speedup that was measured; every run is in runs.csv and runs.json."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary compare methods --network mlp --width 32 --epochs 6 --sparsity 0.9,0.98",
      "  topiary compare methods --network resnet8 --width 8 --data fashion-mnist --epochs 15",
      "  topiary compare methods --methods bimp,gmp,str --sparsity 0.8,0.9 --initial-threshold"
          + " -4.5,-4"
    })
public final class CompareMethodsCommand implements Callable<Integer> {

  private static final Path USUAL_DIR = Path.of("topiary-data", "compare-methods");

  /** As an evaluator takes by itself. */
  private static final Duration TIMING = Duration.ofMillis(500);

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--epochs",
      paramLabel = "T",
      defaultValue = "10",
      description = "Epochs of every network in all. Default: ${DEFAULT-VALUE}")
  private double epochs;

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      defaultValue = "0.7,0.8,0.9",
      description = "Fractions of the weights that are 0 in the end. Default: ${DEFAULT-VALUE}")
  private List<String> sparsities = List.of();

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      defaultValue = "bimp,gmp,gsm,dpf,dnw,lc,str,dst",
      description = "There is gmp-recovery too. Default: ${DEFAULT-VALUE}")
  private List<String> methods = List.of();

  @Option(
      names = "--dense-epochs",
      paramLabel = "N",
      description = "bimp: how many of the epochs train the dense network. Default: four tenths")
  private Optional<Double> denseEpochs = Optional.empty();

  @Option(
      names = "--phases",
      paramLabel = "K",
      description = "bimp: phases of pruning and retraining. Default: 3")
  private Optional<Integer> phases = Optional.empty();

  @Option(
      names = "--initial-threshold",
      paramLabel = "A",
      defaultValue = "-5",
      description =
          "str: what every layer's threshold, before the sigmoid, starts with: one for all"
              + " sparsities, or one for each. The higher, the sparser; 'train --method str"
              + " --search' looks for one. Default: ${DEFAULT-VALUE}")
  private List<String> initialThresholds = List.of();

  @Option(
      names = "--alpha",
      paramLabel = "ALPHA",
      defaultValue = "5e-5",
      description =
          "dst: weight of the penalty that raises thresholds: one for all sparsities, or one for"
              + " each. The higher, the sparser; 'train --method dst --search' looks for one."
              + " Default: ${DEFAULT-VALUE}")
  private List<String> alphas = List.of();

  @Mixin private TrainingOptions training = new TrainingOptions();
  @Mixin private ComparisonOptions comparison = new ComparisonOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    requirePositive("--epochs", epochs);
    var names = Typed.names("--methods", methods);
    names.forEach(name -> requireChoice("--methods", name, Methods.names()));
    var targets = Typed.sparsities(sparsities);
    var request =
        new Methods(
            bimp(names, targets),
            sparsifiers(names, targets),
            epochs,
            training.request(),
            comparison.seeds());
    var options = comparison.run(USUAL_DIR, data.folder());
    var subject = Subject.open(network.source(), data);
    request.requirePossible(subject);
    options.requireReachable(subject);
    return comparison.run(comparison(request, names, targets, subject), options, spec);
  }

  private Optional<PruningRequest> bimp(List<String> names, List<Double> targets) {
    if (names.contains(Methods.BIMP)) {
      return Optional.of(PruningRequest.bimp(targets, epochs, denseEpochs, phases));
    }
    require(
        denseEpochs.isEmpty() && phases.isEmpty(),
        "--dense-epochs or --phases is there, but --methods lacks bimp, which alone has them.");
    return Optional.empty();
  }

  private List<SparsifierRequest> sparsifiers(List<String> names, List<Double> targets) {
    var thresholds = Typed.forEach("--initial-threshold", initialThresholds, "-4.5,-4", targets);
    var penalties = Typed.forEach("--alpha", alphas, "5e-5,1e-4", targets);
    var requests = new ArrayList<SparsifierRequest>();
    for (var name : names) {
      if (name.equals(Methods.BIMP)) {
        continue;
      }
      var method = SparseMethod.named(name);
      for (var i = 0; i < targets.size(); i++) {
        requests.add(
            SparsifierRequest.of(
                method,
                targets.get(i),
                method == SparseMethod.STR ? Optional.of(thresholds.get(i)) : Optional.empty(),
                method == SparseMethod.DST ? Optional.of(penalties.get(i)) : Optional.empty()));
      }
    }
    return requests;
  }

  private ComparisonRequest comparison(
      Methods request, List<String> names, List<Double> targets, Subject subject) {
    var seeds = request.allSeeds();
    var settings = CommonSettings.of(subject, request.training(), epochs, seeds);
    settings.put(
        "--sparsity", targets.stream().map(s -> number(s)).collect(Collectors.joining(",")));
    settings.put("--methods", String.join(",", names));
    request
        .bimp()
        .ifPresent(
            bimp -> {
              settings.put("--dense-epochs", number(bimp.denseEpochs()));
              settings.put("--phases", String.valueOf(bimp.phases()));
            });
    request.methods().forEach(method -> putParameter(settings, method));
    return new ComparisonRequest(
        Kind.METHODS,
        ComparisonOptions.typed(spec),
        subject.model(),
        settings,
        seeds,
        TIMING,
        (identity, artifacts) -> request.experiment(subject, identity, artifacts));
  }

  /** What decides how sparse a network becomes by itself, where that is not the sparsity. */
  private static void putParameter(Map<String, String> settings, SparsifierRequest method) {
    var at = " at " + number(method.sparsity());
    if (method.sparsification() instanceof Str str) {
      settings.put("--initial-threshold" + at, number(str.initialThreshold()));
    } else if (method.sparsification() instanceof Dst dst) {
      settings.put("--alpha" + at, number(dst.alpha()));
    }
  }
}
