package io.topiary.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The chart's rules and dashboards, as Helm renders them. */
record Monitoring(JsonNode rules, List<JsonNode> dashboards) {

  private static final Path CHART = Path.of("../helm/topiary").toAbsolutePath().normalize();

  private static final YAMLMapper YAML = new YAMLMapper();

  /** The name of a metric of ours or of what we stand on, and what selects among its series. */
  private static final Pattern SELECTOR =
      Pattern.compile(
          "\\b((?:topiary|kafka|jvm|process)_\\w+|(?:group|network):\\w+:\\w+)(\\{[^}]*})?");

  /** A query of a panel. */
  record Query(String panel, String expression, boolean instant) {}

  static Monitoring rendered() throws IOException {
    var text =
        new Helm(CHART)
            .template()
            .withKubeVersion("1.30.0")
            .set("monitoring.rules.enabled", true)
            .set("monitoring.dashboards.enabled", true)
            .call();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      var objects = documents.readAll();
      return new Monitoring(
          objects.stream()
              .filter(object -> object.path("kind").asText().equals("PrometheusRule"))
              .findFirst()
              .orElseThrow()
              .path("spec"),
          objects.stream()
              .filter(object -> object.at("/metadata/labels/grafana_dashboard").isTextual())
              .flatMap(object -> each(object.path("data")))
              .map(Monitoring::dashboard)
              .toList());
    }
  }

  /** Writes the rules as Prometheus reads them. */
  Path writeRules(Path file) throws IOException {
    return Files.writeString(file, YAML.writeValueAsString(rules));
  }

  List<String> recorded() {
    return rule("record").map(rule -> rule.path("record").asText()).toList();
  }

  /** Every selector of the alerts. */
  List<String> selectorsOfAlerts() {
    return rule("alert")
        .map(rule -> rule.path("expr").asText())
        .flatMap(expression -> SELECTOR.matcher(expression).results().map(found -> found.group()))
        .distinct()
        .toList();
  }

  /** Every query of every panel, with the variables as Grafana puts them in. */
  List<Query> queries() {
    var queries = new ArrayList<Query>();
    for (var dashboard : dashboards) {
      var variables = variables(dashboard);
      for (var panel : dashboard.path("panels")) {
        for (var target : panel.path("targets")) {
          var expression = target.path("expr").asText();
          for (var variable : variables.entrySet()) {
            expression = expression.replace("$" + variable.getKey(), variable.getValue());
          }
          queries.add(
              new Query(
                  dashboard.path("uid").asText() + ": " + panel.path("title").asText(),
                  expression,
                  target.path("instant").asBoolean()));
        }
      }
    }
    return queries;
  }

  /** The selectors that the dashboards' variables take their values from. */
  List<String> selectorsOfVariables() {
    return dashboards.stream()
        .flatMap(dashboard -> each(dashboard.at("/templating/list")))
        .map(variable -> variable.at("/query/query").asText())
        .filter(query -> !query.isEmpty())
        .map(query -> query.replaceFirst("label_values\\((.*), *\\w+\\)", "$1"))
        .map(selector -> selector.replace("$data", ".*"))
        .distinct()
        .toList();
  }

  /** Of a person who has chosen nothing. */
  private static Map<String, String> variables(JsonNode dashboard) {
    var variables = new HashMap<String, String>();
    variables.put("__rate_interval", "10s");
    variables.put("__range", "5m");
    for (var variable : dashboard.at("/templating/list")) {
      var all = variable.path("includeAll").asBoolean();
      var value = all ? variable.path("allValue") : variable.at("/current/value");
      variables.put(variable.path("name").asText(), value.isTextual() ? value.asText() : ".+");
    }
    return variables;
  }

  private Stream<JsonNode> rule(String kind) {
    return each(rules.path("groups"))
        .flatMap(group -> each(group.path("rules")))
        .filter(rule -> rule.has(kind));
  }

  private static Stream<JsonNode> each(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }

  private static JsonNode dashboard(JsonNode text) {
    try {
      return new ObjectMapper().readTree(text.asText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
