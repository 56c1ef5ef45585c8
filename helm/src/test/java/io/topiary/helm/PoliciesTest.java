package io.topiary.helm;

import static io.topiary.helm.Pods.texts;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.topiary.cli.policies.PolicyFiles;
import io.topiary.cli.policies.WrittenPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies as values. */
class PoliciesTest {

  @TempDir Path folder;

  @Test
  void shouldApplyPoliciesAfterInstallAndUpgrade() {
    // When
    var policies = ValueSet.POLICIES.object("ConfigMap", "farm-policies").path("data");
    var job = ValueSet.POLICIES.object("Job", "farm-policies");

    // Then
    assertThat(policies.path("nightly.yaml").asText())
        .contains(
            "name: nightly\n",
            "models: resnet*\n",
            "- 0.95\n",
            "retrain-epochs: 2\n",
            "- 3000000000\n");
    assertThat(job.at("/metadata/annotations/helm.sh~1hook").asText())
        .isEqualTo("post-install,post-upgrade");
    assertThat(texts(job.at("/spec/template/spec/containers/0/args")))
        .containsExactly(
            "policies",
            "apply",
            "--config",
            "/etc/topiary/settings/cli.properties",
            "-f",
            "/etc/topiary/policies");
    assertThat(ValueSet.DEFAULT.objects("Job")).isEmpty();
  }

  /** Of the files in the ConfigMap, by what reads them in the Job's pod. */
  @Test
  void shouldWritePoliciesAsTheCommandLineReadsThem() throws IOException {
    // Given
    mounted(ValueSet.POLICIES.object("ConfigMap", "farm-policies"));

    // When
    var policies = PolicyFiles.read(List.of(folder.toString()), InputStream.nullInputStream());

    // Then
    assertThat(policies)
        .extracting(WrittenPolicy::name)
        .containsExactlyInAnyOrder("nightly", "half", "in-all");
    var nightly =
        policies.stream()
            .filter(p -> p.name().equals("nightly"))
            .findFirst()
            .orElseThrow()
            .policy();
    assertThat(nightly.getModels()).isEqualTo("resnet*");
    assertThat(nightly.getSparsities()).containsExactly(0.9, 0.95);
    assertThat(nightly.getRetrainEpochs()).isEqualTo(2);
    assertThat(nightly.getSeeds()).containsExactly(1L, 2L, 3_000_000_000L);
  }

  @Test
  void shouldTakeTheKeysThatTheCommandLineTakes() throws IOException {
    // Given
    var schema = new ObjectMapper().readTree(Chart.FOLDER.resolve("values.schema.json").toFile());
    var keys = schema.at("/properties/policies/additionalProperties/properties").properties();
    Files.writeString(folder.resolve("a.yaml"), "no-such-key: 1");

    // When, Then
    assertThatThrownBy(
            () -> PolicyFiles.read(List.of(folder.toString()), InputStream.nullInputStream()))
        .hasMessageEndingWith(
            "There is no key 'no-such-key'; there are "
                + keys.stream().map(Map.Entry::getKey).collect(joining(", "))
                + ".");
  }

  private void mounted(JsonNode map) throws IOException {
    for (var file : map.path("data").properties()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue().asText());
    }
  }
}
