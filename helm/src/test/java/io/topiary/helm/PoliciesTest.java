package io.topiary.helm;

import static io.topiary.helm.Pods.texts;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Policies as values. */
class PoliciesTest {

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
            "- 3\n");
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
}
