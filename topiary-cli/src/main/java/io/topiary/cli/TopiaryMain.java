package io.topiary.cli;

import io.topiary.cli.cancel.CancelCommand;
import io.topiary.cli.cluster.ClusterException;
import io.topiary.cli.compare.CompareCommand;
import io.topiary.cli.demo.DemoCommand;
import io.topiary.cli.export.ExportCommand;
import io.topiary.cli.health.HealthCommand;
import io.topiary.cli.plan.PlanCommand;
import io.topiary.cli.policies.PoliciesCommand;
import io.topiary.cli.prune.PruneCommand;
import io.topiary.cli.train.TrainCommand;
import io.topiary.runtime.StartException;
import io.topiary.sparsity.InvalidInputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The command line. Exit status 0: done; 1: something failed on the way; 2: bad input, with one
 * sentence that says what would be right; 130: interrupted.
 */
@Command(
    name = "topiary",
    description = "Prunes neural networks, and retrains them at the right learning rate.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    version = "topiary 0.1.0-SNAPSHOT",
    subcommands = {
      CancelCommand.class,
      CompareCommand.class,
      DemoCommand.class,
      ExportCommand.class,
      HealthCommand.class,
      PlanCommand.class,
      PoliciesCommand.class,
      PruneCommand.class,
      TrainCommand.class
    })
public final class TopiaryMain {

  private TopiaryMain() {}

  public static void main(String[] arguments) {
    // Avro makes objects of trusted classes alone; train builds records without a serde, which
    // would say so.
    System.setProperty("org.apache.avro.SERIALIZABLE_PACKAGES", "io.topiary.schemas");
    System.setProperty("logback.configurationFile", "topiary-cli-logback.xml");
    // The broker brings Log4j along, which would complain when it is loaded while the process
    // stops.
    System.setProperty("log4j.shutdownHookEnabled", "false");
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new TopiaryMain())
        .setParameterExceptionHandler((e, arguments) -> refuse(e.getCommandLine(), e))
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              if (badInput(e)) {
                return refuse(command, e);
              }
              if (e instanceof ClusterException) {
                command.getErr().println(e.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
              }
              throw e;
            });
  }

  /** What the person at the keyboard can put right. */
  private static boolean badInput(Exception e) {
    return e instanceof StartException || e instanceof InvalidInputException;
  }

  private static int refuse(CommandLine command, Exception e) {
    if (!(e instanceof ParameterException misuse)) {
      command.getErr().println(e.getMessage());
    } else {
      command.getErr().println(UsageSentence.of(misuse));
      command.getErr().println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    return CommandLine.ExitCode.USAGE;
  }
}
