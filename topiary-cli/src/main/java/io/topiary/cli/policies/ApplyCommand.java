package io.topiary.cli.policies;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.cluster.Cluster;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.schemas.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topiary policies apply}. */
@Command(
    name = "apply",
    description = {
      "Makes policies hold that are written as YAML, one in each document.",
      "All files are checked before anything is sent. Of each policy a line says whether it is"
          + " created, changed or unchanged; what is unchanged is not sent. A policy of a new name"
          + " applies to the newest dense checkpoint of each of its models, an edit to those that"
          + " come afterwards: plans that are under way keep what they began with."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary policies apply -f policy.yaml --bootstrap-servers localhost:9092",
      "  topiary policies apply -f policies/ --dry-run --config topiary.yaml",
      "  topiary policies show nightly | sed s/0.9/0.95/ | topiary policies apply -f -"
    })
final class ApplyCommand implements Callable<Integer> {

  private static final int MOST_SECONDS = 24 * 60 * 60;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE|FOLDER",
      required = true,
      description =
          "YAML file, folder of *.yaml, or - for standard input; may be given more than once.")
  private List<String> files = List.of();

  @Option(names = "--dry-run", description = "Says what it would do, and sends nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "60",
      description =
          "Waits until the pruner has accepted all of them, so long at most; ${FALLBACK-VALUE}"
              + " where no number is given.")
  private Optional<Integer> wait = Optional.empty();

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
    requireValid();
    var policies = PolicyFiles.read(files, System.in);
    var kafka = broker.open(System.getenv());
    Cluster.requireThere(kafka);
    apply(policies, kafka, spec.commandLine().getOut());
    return dryRun || wait.isEmpty() || accepted(policies, kafka) ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private void requireValid() {
    wait.ifPresent(
        seconds ->
            require(
                seconds >= 1 && seconds <= MOST_SECONDS,
                "--wait is %d, but it should be between 1 and %d seconds.",
                seconds,
                MOST_SECONDS));
    require(
        files.stream().filter(PolicyFiles.STANDARD_INPUT::equals).count() <= 1,
        "-f - is there twice; standard input can be read once.");
  }

  private void apply(List<WrittenPolicy> policies, KafkaSettings kafka, PrintWriter out)
      throws InterruptedException {
    var present = PolicyReader.readOnce(kafka, Topics.POLICIES);
    if (dryRun) {
      policies.forEach(
          policy -> out.println(whatHappens(policy, present) + " " + policy.name() + " (dry run)"));
      return;
    }
    PipelineTopics.createMissing(kafka);
    try (var writer = new PolicyWriter(kafka)) {
      for (var policy : policies) {
        var what = whatHappens(policy, present);
        if (!what.equals("unchanged")) {
          writer.put(policy.policy());
        }
        out.println(what + " " + policy.name());
        out.flush();
      }
    }
  }

  private static String whatHappens(WrittenPolicy policy, Map<String, PresentPolicy> present) {
    return Optional.ofNullable(present.get(policy.name()))
        .map(now -> now.says(policy.policy()) ? "unchanged" : "changed")
        .orElse("created");
  }

  private boolean accepted(List<WrittenPolicy> policies, KafkaSettings kafka)
      throws InterruptedException {
    var patience = Duration.ofSeconds(wait.orElseThrow());
    var missing = Acceptance.waitFor(policies, kafka, patience);
    if (missing.isEmpty()) {
      return true;
    }
    spec.commandLine()
        .getErr()
        .println(
            "Within %d s no pruner has accepted %s; one should run, and %s tells whether it refused them."
                .formatted(patience.toSeconds(), String.join(", ", missing), Topics.DEAD_LETTERS));
    return false;
  }
}
