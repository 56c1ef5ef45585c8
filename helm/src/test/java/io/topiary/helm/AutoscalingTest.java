package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** By what KEDA scales trainers. */
class AutoscalingTest {

  @Test
  void shouldScaleTrainersByTheJobsThatThereAre() {
    // When
    var scaled = ValueSet.KEDA.object("ScaledObject", "farm-trainer").path("spec");
    var trigger = scaled.at("/triggers/0");

    // Then
    assertThat(ValueSet.KEDA.object("Deployment", "farm-trainer").path("spec").has("replicas"))
        .as("or an upgrade would undo what KEDA did")
        .isFalse();
    assertThat(scaled.path("maxReplicaCount").asInt()).isEqualTo(20);
    assertThat(trigger.at("/metadata/threshold").asText()).isEqualTo("2");
    assertThat(trigger.at("/metadata/ignoreNullValues").asText()).isEqualTo("false");
    assertThat(trigger.at("/metadata/query").asText())
        .isEqualTo(
            "sum(topiary_pruner_backlog{state=\"waiting\",namespace=\"pruning\"})"
                + " + (max(topiary_queue_backlog{group=\"topiary-trainers\",namespace=\"pruning\"})"
                + " or sum(topiary_pruner_backlog{state=\"retraining\",namespace=\"pruning\"}))");
    assertThat(ValueSet.DEFAULT.objects("ScaledObject")).isEmpty();
  }
}
