package io.topiary.benchmarks.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Runs pruned networks with {@link io.topiary.inference.SparseNetwork}, with the fastest dense form
 * of PyTorch, and with ONNX Runtime, by turns in one process, and prints the ratios of their times.
 * A case that has a result already is not measured again.
 */
@Command(
    name = "compare-inference",
    description =
        "Times sparse inference beside the fastest dense form of PyTorch and beside ONNX Runtime.",
    showDefaultValues = true)
public final class CompareInference implements Callable<Integer> {

  @Mixin private final InferenceOptions options = new InferenceOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Shows this text.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private CompareInference() {}

  public static void main(String[] arguments) {
    // The script that calls it gives options of its own first.
    var line = new CommandLine(new CompareInference()).setOverwrittenOptionsAllowed(true);
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(options.threads()));
    Files.createDirectories(options.folder());
    var prepared =
        new PreparedNetworks(options.folder(), Runtime.getRuntime().availableProcessors());
    new Comparison(options, prepared, new Results(options.folder().resolve("results.jsonl"))).run();
    return CommandLine.ExitCode.OK;
  }
}
