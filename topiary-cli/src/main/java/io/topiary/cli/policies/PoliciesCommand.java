package io.topiary.cli.policies;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code topiary policies}. */
@Command(
    name = "policies",
    description = {
      "Says which models a pipeline prunes, how far, and with what retraining.",
      "Policies lie on the topic topiary.policies; the pruner follows those that it has accepted."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {ApplyCommand.class, ListCommand.class, ShowCommand.class, DeleteCommand.class})
public final class PoliciesCommand {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this and exits.")
  @SuppressWarnings("unused") // picocli reads it
  private boolean help;
}
