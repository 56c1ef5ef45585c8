package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ChartTest {

  @Test
  void shouldSatisfyHelmsLint() {
    // When
    var result = new Helm(Chart.FOLDER).lint().strict().call();

    // Then
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  @Test
  void shouldHaveTheProjectsVersion() throws IOException {
    // When
    var chart = new YAMLMapper().readTree(Chart.FOLDER.resolve("Chart.yaml").toFile());

    // Then
    var version = System.getProperty("topiary.version");
    assertThat(chart.path("version").asText()).isEqualTo(version);
    assertThat(chart.path("appVersion").asText()).isEqualTo(version);
  }

  @Test
  void shouldRefuseAValueThatThereIsNot() {
    // When
    var refusal = Chart.refusal("monitorring: {}");

    // Then
    assertThat(refusal).contains("monitorring");
  }
}
