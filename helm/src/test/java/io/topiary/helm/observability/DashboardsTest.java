package io.topiary.helm.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.topiary.helm.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Grafana's types, which {@code src/test/dashboards} checks against, leave open. */
class DashboardsTest {

  private static final String ENABLED =
      "monitoring: {rules: {enabled: true}, dashboards: {enabled: true}}";

  private static final Path FOLDER = Chart.FOLDER.resolve("files/dashboards");

  @Test
  void shouldBeConfigMapsThatGrafanaLooksFor() throws IOException {
    // When
    var maps =
        Chart.objects(ENABLED, "ConfigMap").stream()
            .filter(map -> map.at("/metadata/labels/grafana_dashboard").asText().equals("1"))
            .toList();

    // Then each holds a dashboard as it is
    assertThat(maps)
        .extracting(map -> map.at("/metadata/name").asText())
        .containsExactlyInAnyOrder(
            "farm-dashboard-fleet", "farm-dashboard-model", "farm-dashboard-pipeline");
    for (var map : maps) {
      var file = map.path("data").fieldNames().next();
      assertThat(new ObjectMapper().readTree(map.path("data").path(file).asText()))
          .isEqualTo(dashboard(file));
    }
  }

  @Test
  void shouldNotBeThereWithoutTheRulesThatTheyShow() {
    assertThat(Chart.refusal("monitoring: {dashboards: {enabled: true}}"))
        .contains("monitoring.dashboards.enabled needs monitoring.rules.enabled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fleet", "pipeline", "model"})
  void shouldTellWhatIsSeen(String name) throws IOException {
    // Given
    var dashboard = dashboard(name + ".json");

    // Then it can be found again and chosen from, and shows nothing from elsewhere
    assertThat(dashboard.path("uid").asText()).isEqualTo("topiary-" + name);
    assertThat(dashboard.path("templating").path("list"))
        .extracting(variable -> variable.path("name").asText())
        .contains("datasource", "data", "model", "method");
    assertThat(dashboard.toString()).doesNotContain("http:", "https:", "<img", "<script");

    // And every panel says what it is, in which unit, and lies beside the others
    var ids = new HashSet<Integer>();
    var cells = new HashSet<List<Integer>>();
    for (var panel : panels(dashboard)) {
      var title = panel.path("title").asText();
      assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
      assertThat(panel.path("description").asText()).as(title).endsWith(".");
      assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotBlank();
      assertThat(panel.at("/fieldConfig/defaults/thresholds/steps")).as(title).isNotEmpty();
      assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
      for (var target : panel.path("targets")) {
        assertThat(target.path("expr").asText()).as(title).isNotBlank();
        // Over a range one would see the last of what has long gone.
        assertThat(target.path("instant").asBoolean() || !type(panel).equals("stat"))
            .as(title)
            .isTrue();
      }
      occupy(cells, panel);
    }
  }

  private static void occupy(Set<List<Integer>> cells, JsonNode panel) {
    var at = panel.path("gridPos");
    for (var x = 0; x < at.path("w").asInt(); x++) {
      for (var y = 0; y < at.path("h").asInt(); y++) {
        assertThat(cells.add(List.of(at.path("x").asInt() + x, at.path("y").asInt() + y)))
            .as("%s lies on another panel", panel.path("title").asText())
            .isTrue();
      }
    }
    assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
  }

  private static List<JsonNode> panels(JsonNode dashboard) {
    return StreamSupport.stream(dashboard.path("panels").spliterator(), false)
        .filter(panel -> !type(panel).equals("row"))
        .toList();
  }

  private static String type(JsonNode panel) {
    return panel.path("type").asText();
  }

  private static JsonNode dashboard(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(FOLDER.resolve(file)));
  }
}
