package io.topiary.systemtests;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A Prometheus of this machine, running, and what it knows. */
final class Prometheus implements AutoCloseable {

  /** Where it is true, a Prometheus that is missing fails the test instead of leaving it out. */
  private static final String REQUIRED = "TOPIARY_DEPLOYMENT_REQUIRED";

  private static final String MISSING =
      "There is no Prometheus, so no expression is run; install Debian's package \"prometheus\".";

  private static final Duration STEP = Duration.ofSeconds(2);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path output;
  private final URI address;
  private final Instant started = Instant.now();
  private final HttpClient http = HttpClient.newHttpClient();

  private Prometheus(Process process, Path output, URI address) {
    this.process = process;
    this.output = output;
    this.address = address;
  }

  /** Leaves the test out where there is none, unless it must be there. */
  static Path find() {
    var found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .map(folder -> Path.of(folder, "prometheus"))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty()) {
      System.err.println(MISSING);
      if ("true".equals(System.getenv(REQUIRED))) {
        Assertions.fail(MISSING);
      }
      Assumptions.abort(MISSING);
    }
    return found.orElseThrow();
  }

  /**
   * Starts one that looks every second.
   *
   * @param targets by the name of the job, where each is served
   * @param rules a file of rules
   */
  static Prometheus start(Path program, Path folder, Map<String, Integer> targets, Path rules)
      throws IOException {
    var jobs =
        targets.entrySet().stream()
            .map(
                target ->
                    """
                      - job_name: %s
                        static_configs:
                          - targets: ['localhost:%d']
                            labels: {namespace: pruning}
                    """
                        .formatted(target.getKey(), target.getValue()))
            .collect(Collectors.joining());
    var config =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['%s']
            scrape_configs:
            %s"""
                .formatted(rules, jobs));
    var port = freePort();
    var output = folder.resolve("prometheus.out");
    var process =
        new ProcessBuilder(
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("prometheus"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Prometheus(process, output, URI.create("http://127.0.0.1:" + port));
  }

  /** What it has printed so far. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** The result of an expression now. */
  JsonNode query(String expression) {
    return get("query", Map.of("query", expression)).path("result");
  }

  /** The result of an expression at all times since the start. */
  JsonNode queryRange(String expression) {
    return get(
            "query_range",
            Map.of(
                "query",
                expression,
                "start",
                String.valueOf(started.getEpochSecond()),
                "end",
                String.valueOf(Instant.now().getEpochSecond()),
                "step",
                String.valueOf(STEP.toSeconds())))
        .path("result");
  }

  /** The series that a selector selects. */
  JsonNode series(String selector) {
    return get("series", Map.of("match[]", selector));
  }

  /** The rules, and how their last evaluation went. */
  JsonNode rules() {
    return get("rules", Map.of());
  }

  /** Whether it answers. */
  Optional<JsonNode> answer(String expression) {
    try {
      return Optional.of(query(expression));
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private JsonNode get(String what, Map<String, String> parameters) {
    var query =
        parameters.entrySet().stream()
            .map(of -> encoded(of.getKey()) + "=" + encoded(of.getValue()))
            .collect(Collectors.joining("&"));
    var request = HttpRequest.newBuilder(address.resolve("/api/v1/" + what + "?" + query)).build();
    try {
      var body = JSON.readTree(http.send(request, BodyHandlers.ofString()).body());
      if (!body.path("status").asText().equals("success")) {
        throw new AssertionError(parameters + ": " + body.path("error").asText());
      }
      return body.path("data");
    } catch (IOException e) {
      throw new IllegalStateException("Prometheus does not answer: " + output(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
