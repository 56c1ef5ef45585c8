package io.topiary.cli.export;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.console.NewFile;
import io.topiary.cli.options.ImageOptions;
import io.topiary.cli.options.InputFile;
import io.topiary.cli.options.NetworkNames;
import io.topiary.cli.options.NetworkOptions;
import io.topiary.cli.text.Reason;
import io.topiary.engine.Weights;
import io.topiary.runtime.StartException;
import io.topiary.sparsity.checkpoint.CheckpointFile;
import io.topiary.sparsity.mask.Mask;
import java.io.IOException;
import java.nio.file.Files;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topiary export}. */
@Command(
    name = "export",
    description = {
      "Writes a checkpoint file in another form, and says how large it is in either.",
      "sparse-safetensors stores of sparse weights the values that are not 0 and a bit mask, as the"
          + " sparse-bitmask format of compressed-tensors does; safetensors stores every value. Both"
          + " carry the network's graph, and all commands read both."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary export pruned.safetensors \\",
      "      --format sparse-safetensors --out small.safetensors",
      "  topiary export small.safetensors --format safetensors --out dense.safetensors",
      "  topiary export theirs.safetensors --network resnet50 --mask mask.safetensors \\",
      "      --format sparse-safetensors --out small.safetensors"
    })
public final class ExportCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "CHECKPOINT",
      arity = "1",
      description = "The network's weights, in either form.")
  private Path checkpoint = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORM",
      required = true,
      description = "What to write: safetensors or sparse-safetensors.")
  private String format = "";

  @Option(
      names = "--network",
      paramLabel = "NAME|FILE",
      description =
          "The network that the weights are of: a network by name, or a graph of your own such as"
              + " my-net.json. Default: what the checkpoint says. Names: ${COMPLETION-CANDIDATES}",
      completionCandidates = NetworkNames.class)
  private Optional<String> network = Optional.empty();

  @Option(
      names = "--width",
      paramLabel = "N",
      description =
          "Channels of the first stage of a network by name. Default: the network's own default")
  private Optional<Integer> width = Optional.empty();

  @Mixin private ImageOptions images = new ImageOptions();

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description = "Weights that become 0, a bit for each, as prune --mask-out writes it.")
  private Optional<Path> mask = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the checkpoint goes; must not exist.")
  private Path out = Path.of("");

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
    var form = Form.of(format);
    var to = NewFile.of("--out", out);
    var file = open();
    var weights = masked(Weights.of(file.network(), file, checkpoint));
    var folder = folder();
    try {
      var forms = write(folder, weights, file.metadata());
      to.write(path -> Files.copy(folder.resolve(form.toString()), path));
      var lines = spec.commandLine().getOut();
      ExportReport.lines(weights, forms).forEach(lines::println);
      lines.println("Checkpoint: " + out + ", " + form);
      lines.flush();
    } finally {
      delete(folder);
    }
    return 0;
  }

  private CheckpointFile open() {
    require(
        network.isPresent() || (width.isEmpty() && images.isEmpty()),
        "--width, --input and --classes go with a network by name; --network is missing.");
    var given = network.map(name -> images.open(NetworkOptions.of(name, width.orElse(0))));
    return InputFile.readTensors(
        "CHECKPOINT",
        checkpoint,
        in -> {
          if (given.isPresent()) {
            return CheckpointFile.open(in, given.orElseThrow());
          }
          require(
              CheckpointFile.describesNetwork(in),
              "%s does not say what network its weights are of; --network should say it.",
              in);
          return CheckpointFile.open(in);
        });
  }

  private Weights masked(Weights weights) {
    return mask.map(in -> weights.masked(InputFile.readTensors("--mask", in, Mask::read)))
        .orElse(weights);
  }

  private static List<Exported> write(Path folder, Weights weights, Map<String, String> metadata) {
    try {
      var forms = new ArrayList<Exported>();
      for (var form : Form.values()) {
        var file = folder.resolve(form.toString());
        form.write(file, weights, metadata);
        forms.add(Exported.of(form, file));
      }
      return forms;
    } catch (IOException e) {
      throw temporaryFailed(e);
    }
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("topiary-export");
    } catch (IOException e) {
      throw temporaryFailed(e);
    }
  }

  private static void delete(Path folder) {
    try {
      for (var form : Form.values()) {
        Files.deleteIfExists(folder.resolve(form.toString()));
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw temporaryFailed(e);
    }
  }

  private static StartException temporaryFailed(IOException e) {
    return new StartException(
        "The folder for temporary files, %s, cannot be used: %s."
            .formatted(System.getProperty("java.io.tmpdir"), Reason.of(e)),
        e);
  }
}
