package io.topiary.cli.policies;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.cluster.Cluster;
import io.topiary.schemas.Topics;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topiary policies delete}. */
@Command(
    name = "delete",
    description = {
      "Ends policies: no plan begins by them any more.",
      "Plans that are under way finish; 'topiary cancel' ends them. Nothing is sent unless there"
          + " are policies of all these names."
    },
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  topiary policies delete nightly --bootstrap-servers localhost:9092")
final class DeleteCommand implements Callable<Integer> {

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Of a policy.")
  private List<String> names = List.of();

  @Mixin private BrokerOptions broker = new BrokerOptions();

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
  public Integer call() throws InterruptedException {
    require(
        names.stream().distinct().count() == names.size(),
        "%s are not all different; each policy should be named once.",
        names);
    var kafka = broker.open(System.getenv());
    Cluster.requireThere(kafka);
    var present = PolicyReader.readOnce(kafka, Topics.POLICIES);
    NamedPolicies.requireThere(names, present.keySet());
    try (var writer = new PolicyWriter(kafka)) {
      for (var name : names) {
        writer.delete(name);
        spec.commandLine().getOut().println("deleted " + name);
        spec.commandLine().getOut().flush();
      }
    }
    return ExitCode.OK;
  }
}
