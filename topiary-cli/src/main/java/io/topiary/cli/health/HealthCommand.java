package io.topiary.cli.health;

import static io.topiary.cli.options.Refusals.require;

import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code topiary health}. */
@Command(
    name = "health",
    description = {
      "Asks services whether they are ready, and prints a line for each.",
      "Exit status 0: all are; 1: one is not, and its line says why."
    },
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = "  topiary health http://localhost:8081 http://localhost:8082")
public final class HealthCommand implements Callable<Integer> {

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  @Parameters(
      paramLabel = "URL",
      arity = "1..*",
      description = "Where a service has its metrics, for example http://localhost:8081.")
  private List<URI> services = List.of();

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
    for (var service : services) {
      require(
          ("http".equals(service.getScheme()) || "https".equals(service.getScheme()))
              && service.getHost() != null,
          "'%s' is no address of a service; it should be like http://localhost:8081.",
          service);
    }
    var client = HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();
    var status = ExitCode.OK;
    for (var service : services) {
      var complaint = complaint(client, service);
      spec.commandLine()
          .getOut()
          .println(service + (complaint.isEmpty() ? " is ready" : " is not ready: " + complaint));
      if (!complaint.isEmpty()) {
        status = ExitCode.SOFTWARE;
      }
    }
    spec.commandLine().getOut().flush();
    return status;
  }

  /** Why the service is not ready; empty when it is. */
  private static String complaint(HttpClient client, URI service) throws InterruptedException {
    try {
      var request = HttpRequest.newBuilder(service.resolve("/readyz")).build();
      // A limit of the request's own would end with the headers of the answer.
      var answer =
          client
              .sendAsync(request, BodyHandlers.ofString())
              .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      return switch (answer.statusCode()) {
        case HttpURLConnection.HTTP_OK -> "";
        case HttpURLConnection.HTTP_UNAVAILABLE -> answer.body().strip().replace("\n", "; ");
        default -> "it answers with status " + answer.statusCode() + ", as no service does";
      };
    } catch (ExecutionException | TimeoutException e) {
      return "nobody answers there";
    }
  }
}
