package io.topiary.helm;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.topiary.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Topics as KafkaTopic resources are those that the services would create. */
class TopicsTest {

  private record Made(int partitions, Map<String, String> config) {}

  @Test
  void shouldBeThoseThatServicesCreate() {
    // Given
    var created = new HashMap<String, Made>();
    Topics.ALL.forEach(
        topic -> created.put(topic.name(), new Made(topic.partitions(), topic.config())));
    created.put(
        Topics.DEAD_LETTERS,
        new Made(
            1,
            Map.of(
                "cleanup.policy", "delete",
                "retention.ms", "-1",
                "max.message.bytes", String.valueOf(Topics.LARGEST_DEAD_LETTER))));

    // When
    var rendered = made("topics: {create: strimzi, partitions: 6, strimzi: {cluster: events}}");

    // Then
    assertThat(rendered).isEqualTo(created);
  }

  @Test
  void shouldHaveThePartitionsOfTheValuesWhereTheyAreKeyedByModel() {
    // When
    var rendered = made(ValueSet.STRIMZI.yaml());

    // Then
    var keyedByModel =
        List.of(Topics.CHECKPOINTS, Topics.EVALUATIONS, Topics.OUTCOMES, Topics.RELEASES);
    assertThat(rendered)
        .allSatisfy(
            (name, made) ->
                assertThat(made.partitions())
                    .isEqualTo(
                        keyedByModel.stream().anyMatch(topic -> topic.name().equals(name))
                            ? 12
                            : 1));
    assertThat(rendered.get("topiary.jobs").config())
        .containsEntry("min.insync.replicas", "2")
        .containsEntry("retention.ms", "-1");
  }

  @Test
  void shouldBeTheOperatorsToMakeAndToKeep() {
    // When
    var topic = ValueSet.STRIMZI.object("KafkaTopic", "topiary.jobs");

    // Then
    assertThat(topic.at("/metadata/labels/strimzi.io~1cluster").asText()).isEqualTo("events");
    assertThat(topic.at("/metadata/namespace").asText()).isEqualTo("kafka");
    assertThat(topic.at("/metadata/annotations/helm.sh~1resource-policy").asText())
        .isEqualTo("keep");
    assertThat(topic.at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(Pods.settings(ValueSet.STRIMZI, "pruner"))
        .containsEntry("topiary.topics.create", "false");
    assertThat(Pods.settings(ValueSet.DEFAULT, "pruner"))
        .containsEntry("topiary.topics.create", "true");
  }

  private static Map<String, Made> made(String values) {
    var mapper = new ObjectMapper();
    return Chart.objects(values, "KafkaTopic").stream()
        .collect(
            toMap(
                topic -> topic.at("/metadata/name").asText(),
                topic ->
                    new Made(
                        topic.at("/spec/partitions").asInt(),
                        mapper.convertValue(
                            topic.at("/spec/config"),
                            new TypeReference<Map<String, String>>() {}))));
  }
}
