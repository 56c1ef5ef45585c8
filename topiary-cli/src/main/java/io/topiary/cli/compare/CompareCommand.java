package io.topiary.cli.compare;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code topiary compare}. */
@Command(
    name = "compare",
    description = {
      "Redoes the two tables of Zimmer, Spiegel and Pokutta (2023) on your data: which schedule"
          + " retrains best after pruning, and which method makes the best sparse network.",
      "All networks are made by the pipeline: in this process, with a broker of its own, or where"
          + " --bootstrap-servers, --config or --client-config says. Interrupt it whenever you like: the same command goes"
          + " on where it was."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CompareSchedulesCommand.class, CompareMethodsCommand.class})
public final class CompareCommand {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;
}
