package io.topiary.helm.observability;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.topiary.helm.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The groups of rules as the chart renders them: what Prometheus gets from the operator. */
record Rules(JsonNode spec) {

  static final String ENABLED = "monitoring: {rules: {enabled: true}}";

  private static final YAMLMapper YAML = new YAMLMapper();

  static Rules rendered(String values) {
    return new Rules(Chart.objects(values, "PrometheusRule").get(0).path("spec"));
  }

  List<JsonNode> all() {
    var rules = new ArrayList<JsonNode>();
    spec.path("groups").forEach(group -> group.path("rules").forEach(rules::add));
    return rules;
  }

  List<JsonNode> alerts() {
    return all().stream().filter(rule -> rule.has("alert")).toList();
  }

  JsonNode alert(String name) {
    return alerts().stream()
        .filter(rule -> rule.path("alert").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The same rules, but that one has this expression. */
  Rules with(String alert, String expression) {
    var changed = new Rules(spec.deepCopy());
    ((ObjectNode) changed.alert(alert)).put("expr", expression);
    return changed;
  }

  /** Writes them as a file of rules. */
  Path write(Path file) throws IOException {
    return Files.writeString(file, text());
  }

  private String text() throws JsonProcessingException {
    return YAML.writeValueAsString(spec);
  }
}
