package io.topiary.cli.policies;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.cluster.Cluster;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topiary policies show}. */
@Command(
    name = "show",
    description = "Shows a policy with all that it says, as YAML that can be edited and applied.",
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  topiary policies show nightly --bootstrap-servers localhost:9092")
final class ShowCommand implements Callable<Integer> {

  @Parameters(paramLabel = "NAME", description = "Of a policy.")
  private String name = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "yaml",
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
    var policies =
        ShownPolicy.all(kafka).stream().collect(Collectors.toMap(ShownPolicy::name, p -> p));
    NamedPolicies.requireThere(List.of(name), policies.keySet());
    var policy = Objects.requireNonNull(policies.get(name));
    if (policy.complaint().isPresent()) {
      spec.commandLine().getErr().println(policy.complaint().orElseThrow());
      return ExitCode.SOFTWARE;
    }
    form.show(policy).forEach(spec.commandLine().getOut()::println);
    return ExitCode.OK;
  }
}
