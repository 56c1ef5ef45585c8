package io.topiary.cli.prune;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.console.NewFile;
import io.topiary.cli.options.ImageOptions;
import io.topiary.cli.options.InputFile;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.options.SelectorChoice;
import io.topiary.engine.Weights;
import io.topiary.runtime.StartException;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary prune}. */
@Command(
    name = "prune",
    description = {
      "Prunes a checkpoint file: reads safetensors with PyTorch's names, writes them with zeros, and"
          + " says what went where.",
      "Starts nothing. BatchNorm's statistics stay as they are; retraining refreshes them."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary prune --network resnet8 --checkpoint dense.safetensors --sparsity 0.9 --out"
          + " sparse.safetensors",
      "  topiary prune --network my-net.json --checkpoint in.safetensors --selector 2:4 --out"
          + " out.safetensors",
      "  topiary prune --network resnet50 --checkpoint in.safetensors --sparsity 0.8 --selector"
          + " erk --out out.safetensors --mask-out mask.safetensors"
    })
public final class PruneCommand implements Callable<Integer> {

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private ImageOptions images = new ImageOptions();

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      required = true,
      description = "The network's weights, as safetensors.")
  private Path checkpoint = Path.of("");

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "Weights that are pruned already, and stay so. Default: those that are 0 in the"
              + " checkpoint")
  private Optional<Path> mask = Optional.empty();

  @Option(
      names = "--sparsity",
      paramLabel = "S",
      description =
          "Fraction of all prunable weights that are 0 afterwards. With an N:M selector it follows"
              + " from that.")
  private Optional<Double> sparsity = Optional.empty();

  @Option(
      names = "--selector",
      paramLabel = "NAME",
      defaultValue = "global-magnitude",
      description = SelectorChoice.HELP)
  private String selector = "";

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "What the random selector draws from. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the pruned weights go; must not exist.")
  private Path out = Path.of("");

  @Option(
      names = "--mask-out",
      paramLabel = "FILE",
      description = "Where the mask goes, a bit for each weight; must not exist.")
  private Optional<Path> maskOut = Optional.empty();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
  private CommandSpec spec;

  @Override
  public Integer call() {
    var chosen = SelectorChoice.of(selector);
    var target = target(chosen);
    var pruned = NewFile.of("--out", out);
    var kept = maskOut.map(file -> NewFile.of("--mask-out", file));
    require(
        maskOut.isEmpty() || !maskOut.orElseThrow().equals(out),
        "--out and --mask-out are both %s; they should be two files.",
        out);

    var graph = images.open(network);
    var file =
        InputFile.readTensors("--checkpoint", checkpoint, in -> CheckpointFile.open(in, graph));
    var weights = Weights.of(graph, file, checkpoint);
    var before =
        mask.map(in -> InputFile.readTensors("--mask", in, Mask::read))
            .map(alive -> LivingWeights.under(alive, weights))
            .orElseGet(() -> LivingWeights.notZero(weights));
    var pruning = FilePruning.of(before, chosen, target, seed);

    var drafts = new ArrayList<NewFile.Draft>();
    drafts.add(pruned.draft(to -> pruning.weights().write(to, file.metadata())));
    kept.ifPresent(to -> drafts.add(to.draft(pruning.mask()::write)));
    NewFile.writeAll(drafts);

    var lines = spec.commandLine().getOut();
    PruneReport.lines(graph, pruning).forEach(lines::println);
    lines.println("Pruned weights: " + out);
    maskOut.ifPresent(to -> lines.println("Mask: " + to));
    lines.flush();
    return 0;
  }

  private double target(SelectorChoice chosen) {
    sparsity.ifPresent(
        given ->
            require(
                given >= 0 && given < 1,
                "--sparsity is %s, but it should be at least 0 and below 1, for example 0.9.",
                number(given)));
    var typed = sparsity.stream().toList();
    return chosen
        .onlySparsity()
        .map(only -> chosen.requireOnly(typed))
        .or(() -> sparsity)
        .orElseThrow(
            () ->
                new StartException(
                    "--sparsity is missing; it should say how far, for example 0.9."));
  }
}
