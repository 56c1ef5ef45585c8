package io.topiary.cli.cancel;

import static io.topiary.cli.options.Refusals.require;

import io.topiary.cli.cluster.BrokerOptions;
import io.topiary.cli.cluster.Cluster;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topics;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topiary cancel}. */
@picocli.CommandLine.Command(
    name = "cancel",
    description = {
      "Ends jobs and plans of a pipeline: writes an order for each to topiary.controls.",
      "A plan that waits ends at once, a job that runs within moments; whatever is done already"
          + " stays. The outcome on topiary.outcomes tells of it. The order holds until it is taken"
          + " back, for jobs and plans that come later too."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  topiary cancel 5f0c3a9b1d2e4f60718293a4b5c6d7e8 --bootstrap-servers localhost:9092",
      "  topiary cancel 5f0c3a9b1d2e4f60718293a4b5c6d7e8 --lift --config topiary.yaml"
    })
public final class CancelCommand implements Callable<Integer> {

  /** What all ids of jobs and plans look like, as services write them. */
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  @Parameters(
      paramLabel = "ID",
      arity = "1..*",
      description = "Of a job or a plan, as outcomes and progress name it.")
  private List<String> ids = List.of();

  @Option(
      names = "--lift",
      description =
          "Takes the orders back. What has ended stays so; what has not yet begun may begin.")
  private boolean lift;

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
    requireValid(ids);
    var kafka = broker.open(System.getenv());
    Cluster.requireThere(kafka);
    try (var controls = new Controls(kafka)) {
      return write(controls, kafka, spec.commandLine().getOut());
    }
  }

  /** Stops at the first that is not acknowledged; those before it hold, and were told of. */
  private int write(Controls controls, KafkaSettings kafka, PrintWriter out)
      throws InterruptedException {
    for (var id : ids) {
      try {
        if (lift) {
          controls.lift(id);
        } else {
          controls.cancel(id, Clock.systemUTC().instant());
        }
      } catch (KafkaException e) {
        spec.commandLine().getErr().println(failure(id, kafka, e));
        return ExitCode.SOFTWARE;
      }
      out.println(
          (lift ? "The order to cancel %s is taken back." : "%s is ordered to be cancelled.")
              .formatted(id));
      out.flush();
    }
    return ExitCode.OK;
  }

  private static String failure(String id, KafkaSettings kafka, KafkaException e) {
    return e instanceof TimeoutException
        ? "No broker at %s has taken the order about %s in time; brokers should run there that have the topic %s, which the services create."
            .formatted(kafka.bootstrapServers(), id, Topics.CONTROLS.name())
        : "The brokers at %s should take the order about %s, but: %s"
            .formatted(kafka.bootstrapServers(), id, e.getMessage());
  }

  private static void requireValid(List<String> ids) {
    var seen = new HashSet<String>();
    for (var id : ids) {
      require(
          ID.matcher(id).matches(),
          "'%s' is no id; it should be that of a job or a plan, 32 hexadecimal digits.",
          id);
      require(seen.add(id), "%s is there twice; it should be named once.", id);
    }
  }
}
