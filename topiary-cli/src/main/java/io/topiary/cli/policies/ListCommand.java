package io.topiary.cli.policies;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.cluster.Cluster;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary policies list}. */
@Command(
    name = "list",
    description = {
      "Shows all policies, a line for each, in the order of their names.",
      "The last column says whether a pruner has accepted what the policy says now."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary policies list --bootstrap-servers localhost:9092",
      "  topiary policies list --output yaml --config topiary.yaml > backup.yaml"
    })
final class ListCommand implements Callable<Integer> {

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "table",
      description =
          "table, json, or yaml as 'topiary policies apply' takes it. Default: ${DEFAULT-VALUE}")
  private String output = "";

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
    var form = Form.named(output);
    var kafka = broker.open(System.getenv());
    Cluster.requireThere(kafka);
    var policies = ShownPolicy.all(kafka);
    policies.stream()
        .flatMap(policy -> policy.complaint().stream())
        .forEach(spec.commandLine().getErr()::println);
    form.list(policies).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }
}
