package io.topiary.helm.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.topiary.helm.Chart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesTest {

  private static final Path TESTS = Path.of("src/test/resources/rules");
  private static final Path OPERATIONS = Path.of("../docs/OPERATIONS.md");

  /** What turns an expression into one that says something else. */
  private static final Map<String, String> OPPOSITES =
      Map.of(" > ", " < ", " >= ", " < ", " == 0", " != 0", " unless ", " and ");

  @TempDir private Path folder;

  @Test
  void shouldMakeRulesOnlyWhenAskedTo() {
    assertThat(Chart.objects("", "PrometheusRule")).isEmpty();
    assertThat(Chart.objects(Rules.ENABLED, "PrometheusRule")).hasSize(1);
  }

  @Test
  void shouldBeRulesToPrometheus() throws Exception {
    // Given
    var promtool = Promtool.find();
    Rules.rendered(Rules.ENABLED).write(folder.resolve("rules.yaml"));

    // When
    var answer = promtool.run(folder, "check", "rules", "--lint-fatal", "rules.yaml");

    // Then
    assertThat(answer.status()).as(answer.output()).isZero();
    assertThat(answer.output()).contains("11 rules found");
  }

  @Test
  void shouldFireWhenTheyShouldAndOnlyThen() throws Exception {
    // Given
    var promtool = Promtool.find();
    var rules = Rules.rendered(Rules.ENABLED);

    // When, Then
    assertThat(rules.alerts()).hasSize(7);
    for (var alert : rules.alerts()) {
      var answer = test(promtool, rules, name(alert));
      assertThat(answer.status()).as(answer.output()).isZero();
    }
  }

  @Test
  void shouldNoticeEveryAlertThatIsBroken() throws Exception {
    // Given
    var promtool = Promtool.find();
    var rules = Rules.rendered(Rules.ENABLED);

    // When, Then
    for (var alert : rules.alerts()) {
      for (var broken : broken(alert.path("expr").asText())) {
        var answer = test(promtool, rules.with(name(alert), broken), name(alert));
        assertThat(answer.status())
            .as("%s passes its test as: %s%n%s", name(alert), broken, answer.output())
            .isEqualTo(1);
      }
    }
  }

  @Test
  void shouldSayHowBadItIsAndWhatToDo() throws IOException {
    // Given
    var headings = Files.readAllLines(OPERATIONS);

    // When, Then
    for (var alert : Rules.rendered(Rules.ENABLED).alerts()) {
      assertThat(alert.path("labels").path("severity").asText()).isIn("critical", "warning");
      assertThat(alert.path("annotations").path("summary").asText()).isNotBlank();
      assertThat(alert.path("annotations").path("description").asText()).isNotBlank();
      assertThat(alert.path("annotations").path("runbook_url").asText())
          .isEqualTo("docs/OPERATIONS.md#" + name(alert).toLowerCase(Locale.ROOT));
      assertThat(headings).contains("### " + name(alert));
    }
  }

  @Test
  void shouldTakeThresholdsFromTheValues() {
    // When
    var rules =
        Rules.rendered(
            """
            monitoring:
              rules:
                enabled: true
                runbookUrl: https://wiki.example.org/topiary
                labels: {release: prometheus}
                alerts:
                  jobStuck: {threshold: 60, for: 2m, severity: page}
                  deadLetters: {window: 1h}
                  queueGrowing: {enabled: false}
            """);

    // Then
    var stuck = rules.alert("TopiaryJobStuck");
    assertThat(stuck.path("expr").asText()).endsWith(" > 60");
    assertThat(stuck.path("for").asText()).isEqualTo("2m");
    assertThat(stuck.path("labels").path("severity").asText()).isEqualTo("page");
    assertThat(stuck.path("annotations").path("runbook_url").asText())
        .isEqualTo("https://wiki.example.org/topiary#topiaryjobstuck");
    assertThat(rules.alert("TopiaryDeadLetters").path("expr").asText()).contains("[1h]");
    assertThat(rules.alert("TopiaryDeadLetters").path("annotations").path("description").asText())
        .endsWith("in the last 1h.");
    assertThat(rules.alerts()).extracting(RulesTest::name).doesNotContain("TopiaryQueueGrowing");
    assertThat(rules.all())
        .allSatisfy(rule -> assertThat(rule.path("expr").asText()).doesNotContain("$"));
  }

  @Test
  void shouldRefuseAThresholdThatNoAlertHas() {
    assertThat(
            Chart.refusal(
                "monitoring: {rules: {enabled: true, alerts: {jobStuck: {treshold: 60}}}}"))
        .contains("treshold");
    assertThat(
            Chart.refusal("monitoring: {rules: {enabled: true, alerts: {jobStuck: {for: soon}}}}"))
        .contains("for");
  }

  private Promtool.Answer test(Promtool promtool, Rules rules, String alert)
      throws IOException, InterruptedException {
    rules.write(folder.resolve("rules.yaml"));
    Files.writeString(
        folder.resolve("test.yaml"), Files.readString(TESTS.resolve(alert + ".yaml")));
    return promtool.run(folder, "test", "rules", "test.yaml");
  }

  /** Never, always, and with each of its comparisons turned round. */
  private static List<String> broken(String expression) {
    var broken = new ArrayList<>(List.of("vector(1) > 1", "vector(1)"));
    OPPOSITES.forEach(
        (operator, opposite) -> {
          var found = Pattern.compile(operator, Pattern.LITERAL).matcher(expression);
          while (found.find()) {
            broken.add(
                expression.substring(0, found.start())
                    + opposite
                    + expression.substring(found.end()));
          }
        });
    return broken;
  }

  private static String name(JsonNode alert) {
    return alert.path("alert").asText();
  }
}
