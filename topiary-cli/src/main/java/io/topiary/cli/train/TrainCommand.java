package io.topiary.cli.train;

import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requirePositive;

import io.topiary.cli.console.NewFile;
import io.topiary.cli.console.StopSignal;
import io.topiary.cli.options.ComputingOptions;
import io.topiary.cli.options.DataOptions;
import io.topiary.cli.options.Feasibility;
import io.topiary.cli.options.InputFile;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.SparsifierOptions;
import io.topiary.cli.options.SparsifierRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingOptions;
import io.topiary.cli.options.TrainingRequest;
import io.topiary.engine.Evaluator;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingRun;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.engine.Weights;
import io.topiary.engine.sparsifier.Sgd;
import io.topiary.engine.sparsifier.Sparsification;
import io.topiary.engine.sparsifier.Sparsification.Keep;
import io.topiary.engine.sparsifier.Sparsification.None;
import io.topiary.sparsity.mask.Mask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary train}. */
@Command(
    name = "train",
    description = {
      "Trains a network in this process, without a broker, tests it and writes its weights as"
          + " safetensors with PyTorch's names.",
      "With --checkpoint it goes on from weights; with --mask, weights that are pruned stay 0; with"
          + " --method, it makes the network sparse on the way."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary train --network resnet8 --epochs 10 --out dense.safetensors",
      "  topiary train --network resnet8 --dense-schedule cosine --warm-up 0.1 --out"
          + " dense.safetensors",
      "  topiary train --network my-net.json --data fashion-mnist --epochs 5 --out"
          + " model.safetensors",
      "  topiary train --checkpoint sparse.safetensors --mask mask.safetensors --epochs 2"
          + " --learning-rate 0.18 --out retrained.safetensors",
      "  topiary train --method gmp --sparsity 0.9 --out sparse.safetensors --mask-out"
          + " mask.safetensors",
      "  topiary train --method str --sparsity 0.9 --search-runs 5 --out sparse.safetensors"
    })
public final class TrainCommand implements Callable<Integer> {

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "10",
      description = "May be fractional. Default: ${DEFAULT-VALUE}")
  private double epochs;

  @Mixin private TrainingOptions training = new TrainingOptions();
  @Mixin private SparsifierOptions sparsifier = new SparsifierOptions();
  @Mixin private ComputingOptions computing = new ComputingOptions();

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description = "Weights to start from. Default: those that the seed decides")
  private Optional<Path> checkpoint = Optional.empty();

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description = "Which weights stay 0, as prune --mask-out writes it; goes with --checkpoint.")
  private Optional<Path> mask = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the trained weights go; must not exist.")
  private Path out = Path.of("");

  @Option(
      names = "--mask-out",
      paramLabel = "FILE",
      description =
          "Where the mask goes that training ends with, a bit for each weight; must not exist.")
  private Optional<Path> maskOut = Optional.empty();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Option(names = "--quiet", description = "Only what came out, and where the weights are.")
  private boolean quiet;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  @Override
  public Integer call() {
    var request = training.request();
    var asked = sparsifier.request();
    requireConsistent(asked);
    var file = NewFile.of("--out", out);
    var maskFile = maskOut.map(to -> NewFile.of("--mask-out", to));
    var device = computing.open();
    var subject = Subject.open(network.source(), data);
    var perEpoch = subject.iterationsPerEpoch(request);
    Feasibility.requireAnIteration("--epochs", epochs, perEpoch);
    asked.ifPresent(given -> given.requireTime(epochs));
    var graph = subject.network();
    var start =
        checkpoint
            .map(in -> InputFile.readTensors("--checkpoint", in, from -> Weights.read(graph, from)))
            .orElseGet(() -> Weights.initial(graph, request.seed()));
    var kept = mask.map(in -> InputFile.readTensors("--mask", in, Mask::read));
    kept.ifPresent(given -> given.requireCovers(graph.prunable()));
    var method = asked.map(SparsifierRequest::sparsification);
    var run =
        new TrainingRun(
            subject.data().train(),
            subject.augmentation(),
            request.rates(graph, (int) Math.rint(epochs * perEpoch)),
            request.batchSize(),
            new Sgd(momentum(request, asked), request.weightDecay(graph)),
            kept.<Sparsification>map(Keep::new).or(() -> method).orElseGet(None::new),
            request.seed(),
            device);
    var planned = new Training(subject, run, start, asked);
    planned.requirePossible();
    try (var stop = StopSignal.listen()) {
      return run(planned, file, maskFile, stop);
    }
  }

  private static double momentum(TrainingRequest request, Optional<SparsifierRequest> asked) {
    return request
        .momentum()
        .or(() -> asked.map(given -> given.method().usualMomentum()))
        .orElse(TrainingRequest.USUAL_MOMENTUM);
  }

  private void requireConsistent(Optional<SparsifierRequest> asked) {
    requirePositive("--epochs", epochs);
    require(
        mask.isEmpty() || checkpoint.isPresent(),
        "--mask is there without --checkpoint; the weights that it prunes should be given too.");
    require(
        mask.isEmpty() || asked.isEmpty(),
        "--mask and --method are both there; a method makes its own mask, so one of them should"
            + " go.");
    require(
        maskOut.isEmpty() || asked.isPresent() || mask.isPresent(),
        "--mask-out is there, but nothing is pruned; --method or --mask should be there too.");
    require(
        maskOut.isEmpty() || !maskOut.orElseThrow().equals(out),
        "--out and --mask-out are both %s; they should be two files.",
        out);
  }

  /** Has said all there is to say when it returns: the process may end as soon as it is told so. */
  private int run(Training planned, NewFile file, Optional<NewFile> maskFile, StopSignal stop) {
    try {
      var done = planned.train(quiet, stop);
      write(done.network(), file, maskFile);
      var images = planned.subject().data().test();
      var test =
          Evaluator.evaluate(
              done.network().weights(), images, planned.run().computing(), any -> {});
      tell(TrainReport.lines(planned, done, test));
      warn(TrainReport.warnings(planned, done.network()));
      return 0;
    } catch (TrainingStoppedException e) {
      spec.commandLine().getErr().println("Interrupted; nothing was written.");
      spec.commandLine().getErr().flush();
      return StopSignal.INTERRUPTED;
    }
  }

  private static void write(TrainedNetwork trained, NewFile file, Optional<NewFile> maskFile) {
    var drafts = new ArrayList<NewFile.Draft>();
    drafts.add(file.draft(to -> trained.weights().write(to, Map.of())));
    maskFile.ifPresent(to -> drafts.add(to.draft(trained.mask().orElseThrow()::write)));
    NewFile.writeAll(drafts);
  }

  private void warn(List<String> warnings) {
    warnings.forEach(spec.commandLine().getErr()::println);
    spec.commandLine().getErr().flush();
  }

  private void tell(List<String> report) {
    var lines = spec.commandLine().getOut();
    report.forEach(lines::println);
    lines.println("Weights: " + out);
    maskOut.ifPresent(to -> lines.println("Mask: " + to));
    lines.flush();
  }
}
