package io.topiary.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Latency;
import io.topiary.schemas.MeasuredSpeedup;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chart's rules and dashboards on what a real Prometheus has scraped from the real services
 * while they trained, pruned, retrained and evaluated a network.
 */
@Tag("prometheus")
class PrometheusIT {

  private static final Duration DONE = Duration.ofMinutes(2);
  private static final Duration SEEN = Duration.ofMinutes(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private static final Path OPERATIONS = Path.of("../docs/OPERATIONS.md");

  private static final Set<String> SERVICES = Set.of("pruner", "trainer", "evaluator");

  /** A row of the table of metrics: who exports it, and its name. */
  private static final Pattern DOCUMENTED =
      Pattern.compile("\\| ([a-z, ]+) \\| (`topiary_.*?) \\|.*");

  private static final Pattern LIST = Pattern.compile(", ");

  @TempDir private Path folder;

  @Test
  void shouldAnswerEveryExpressionAfterARealRun() throws Exception {
    // Given the services, and a Prometheus that has the chart's rules
    var program = Prometheus.find();
    var monitoring = Monitoring.rendered();
    var rules = monitoring.writeRules(folder.resolve("rules.yaml"));
    try (var services = Services.onBrokerOfTheirOwn(folder)) {
      var ports = new TreeMap<String, Integer>();
      SERVICES.forEach(name -> ports.put(name, services.start(name).httpPort()));
      try (var prometheus = Prometheus.start(program, folder, ports, rules)) {
        services.awaitReady();

        // When a network goes all the way round
        run(services);

        // Then every panel, rule and variable has its data, and the documentation is of these
        await()
            .atMost(SEEN)
            .pollInterval(BETWEEN_LOOKS)
            .untilAsserted(() -> assertThat(withoutData(monitoring, prometheus)).isEmpty());
        assertThat(notEvaluated(prometheus)).isEmpty();
        assertThat(documented()).isEqualTo(exported(prometheus));
      }
    }
  }

  private static void run(Services services) throws Exception {
    try (var client = new PipelineClient(services.broker()).follow()) {
      var job = Submissions.denseJob("mlp");
      client.send(Topics.POLICIES, "half", Submissions.half("half", 1).build());
      client.send(Topics.JOBS, job.getJobId(), job);
      // No policy is for this model, of which one training is seen to follow another.
      var first = Submissions.denseJob("twice");
      client.send(Topics.JOBS, first.getJobId(), first);
      await()
          .atMost(DONE)
          .untilAsserted(
              () -> {
                client.poll();
                services.requireAlive();
                assertThat(client.outcomes())
                    .filteredOn(outcome -> outcome.getWork() == Work.PLAN)
                    .extracting(Outcome::getResult)
                    .containsExactly(Result.DONE);
                assertThat(client.evaluations())
                    .extracting(Evaluation::getStage)
                    .containsExactlyInAnyOrder(
                        Stage.DENSE, Stage.DENSE, Stage.PRUNED, Stage.RETRAINED);
              });
      var retrained =
          client.evaluations().stream()
              .filter(evaluation -> evaluation.getStage() == Stage.RETRAINED)
              .findFirst()
              .orElseThrow();
      client.send(Topics.EVALUATIONS, "mlp", timed(retrained));
      var second = Submissions.again(first, "2");
      client.send(Topics.JOBS, second.getJobId(), second);
    }
  }

  /** Withholding a figure is right on a machine that is busy, as one that tests often is. */
  private static Evaluation timed(Evaluation evaluation) {
    var speedup =
        MeasuredSpeedup.newBuilder()
            .setBatch(64)
            .setWarmUp(2)
            .setRounds(9)
            .setDense(new Latency(0.002, 0.002))
            .setSparse(new Latency(0.001, 0.001))
            .setSpeedup(2.0)
            .setLow(1.9)
            .setHigh(2.1)
            .setDrift(0)
            .build();
    return Evaluation.newBuilder(evaluation)
        .setMeasured(List.of(speedup))
        .setAt(evaluation.getAt().plusSeconds(1))
        .build();
  }

  private static List<String> withoutData(Monitoring monitoring, Prometheus prometheus) {
    var without = new ArrayList<String>();
    for (var query : monitoring.queries()) {
      var expression = query.expression();
      var result =
          query.instant() ? prometheus.query(expression) : prometheus.queryRange(expression);
      if (numbers(result).findAny().isEmpty()) {
        without.add(query.panel() + ": " + expression);
      }
    }
    Stream.concat(monitoring.recorded().stream(), monitoring.selectorsOfAlerts().stream())
        .filter(selector -> prometheus.series(selector).isEmpty())
        .forEach(selector -> without.add("rules: " + selector));
    monitoring.selectorsOfVariables().stream()
        .filter(selector -> prometheus.series(selector).isEmpty())
        .forEach(selector -> without.add("variables: " + selector));
    return without;
  }

  /** The values of an instant vector, or of a matrix, that are numbers. */
  private static Stream<Double> numbers(JsonNode result) {
    return each(result)
        .flatMap(
            series -> Stream.concat(Stream.of(series.path("value")), each(series.path("values"))))
        .filter(JsonNode::isArray)
        .map(sample -> sample.path(1).asText())
        .filter(text -> !text.equals("NaN") && !text.endsWith("Inf"))
        .map(Double::valueOf);
  }

  private static List<String> notEvaluated(Prometheus prometheus) {
    return each(prometheus.rules().path("groups"))
        .flatMap(group -> each(group.path("rules")))
        .filter(rule -> !rule.path("health").asText().equals("ok"))
        .map(rule -> rule.path("name").asText() + ": " + rule.path("lastError").asText())
        .toList();
  }

  /** Metrics by name, and the services that export them, as the table says. */
  private static Map<String, Set<String>> documented() throws Exception {
    var metrics = new TreeMap<String, Set<String>>();
    for (var line : Files.readAllLines(OPERATIONS)) {
      var row = DOCUMENTED.matcher(line);
      if (row.matches()) {
        var services = new TreeSet<String>();
        for (var service : LIST.splitAsStream(row.group(1)).toList()) {
          services.addAll(
              switch (service) {
                case "all" -> SERVICES;
                // One process is both here.
                case "frontier" -> Set.of("evaluator");
                default -> Set.of(service);
              });
        }
        for (var name : LIST.splitAsStream(row.group(2)).toList()) {
          metrics.put(name.replace("`", ""), services);
        }
      }
    }
    return metrics;
  }

  /** The same, as Prometheus has scraped them. */
  private static Map<String, Set<String>> exported(Prometheus prometheus) {
    var metrics = new TreeMap<String, Set<String>>();
    each(prometheus.query("count by (__name__, job) ({__name__=~\"topiary_.+\"})"))
        .map(series -> series.path("metric"))
        .forEach(
            series ->
                metrics
                    .computeIfAbsent(
                        series
                            .path("__name__")
                            .asText()
                            .replaceFirst("_seconds_(count|sum|max|bucket)$", "_seconds"),
                        name -> new TreeSet<>())
                    .add(series.path("job").asText()));
    return metrics;
  }

  private static Stream<JsonNode> each(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }
}
