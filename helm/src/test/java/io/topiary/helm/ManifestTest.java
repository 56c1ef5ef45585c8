package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every object of every value set, held against what a cluster would say of it. */
class ManifestTest {

  /** RFC 1123, as names of most objects and of pods' hosts have to be. */
  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
  private static final String LABEL_VALUE = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?";
  private static final String LABEL_KEY =
      "(" + SUBDOMAIN + "/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

  @ParameterizedTest
  @EnumSource
  void shouldHaveNoFieldThatItsKindLacksAndAllThatItNeeds(ValueSet set) {
    for (var object : set.objects()) {
      assertThatCode(() -> Kinds.check(object))
          .as(object.toPrettyString())
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, /spec/template/spec, replica",
    "Deployment, /spec/template/spec/securityContext, runAsRoot",
    "StatefulSet, /spec, podManagement",
    "NetworkPolicy, /spec, egres",
    "PodDisruptionBudget, /spec, maxUnavailible",
    "PodMonitor, /spec, selectors",
    "ScaledObject, /spec, minReplicas",
  })
  void shouldBeCaughtWithAFieldThatItsKindLacks(String kind, String where, String field) {
    // Given
    var object = ValueSet.KEDA.objects(kind).get(0).deepCopy();

    // When
    ((ObjectNode) object.at(where)).put(field, 1);

    // Then
    assertThatThrownBy(() -> Kinds.check(object)).hasMessageContaining(field);
  }

  @Test
  void shouldBeCaughtWithATopicThatStrimziDoesNotKnow() {
    // Given
    var object = ValueSet.STRIMZI.objects("KafkaTopic").get(0).deepCopy();

    // When
    ((ObjectNode) object.at("/spec")).put("partition", 1);

    // Then
    assertThatThrownBy(() -> Kinds.check(object)).hasMessageContaining("partition");
  }

  @ParameterizedTest
  @CsvSource({
    "Deployment, /spec, selector",
    "Deployment, /spec/template/spec, containers",
    "StatefulSet, /spec, template",
    "Pod, /spec, containers",
  })
  void shouldBeCaughtWithoutAFieldThatItsKindNeeds(String kind, String where, String field) {
    // Given
    var object = ValueSet.DEFAULT.objects(kind).get(0).deepCopy();

    // When
    ((ObjectNode) object.at(where)).remove(field);

    // Then
    assertThatThrownBy(() -> Kinds.check(object)).hasMessageContaining(field);
  }

  @ParameterizedTest
  @EnumSource
  void shouldBeNamedAndLabelledAsKubernetesTakesIt(ValueSet set) {
    var seen = new HashSet<String>();
    for (var object : set.objects()) {
      var name = object.at("/metadata/name").asText();
      var isTopic = object.path("kind").asText().equals("KafkaTopic");
      assertThat(name).matches(isTopic ? SUBDOMAIN : LABEL);
      assertThat(seen.add(object.path("kind").asText() + " " + name)).as("%s twice", name).isTrue();
      assertLabels(object.at("/metadata/labels"));
      assertThat(object.at("/metadata/labels/app.kubernetes.io~1instance").asText())
          .isEqualTo(Chart.RELEASE);
    }
    set.pods().values().forEach(pod -> assertLabels(pod.at("/metadata/labels")));
  }

  @ParameterizedTest
  @EnumSource
  void shouldRunWithAsFewRightsAsARestrictedNamespaceAsks(ValueSet set) {
    set.pods()
        .forEach(
            (name, pod) -> {
              var security = pod.at("/spec/securityContext");
              assertThat(security.path("runAsNonRoot").asBoolean()).as(name).isTrue();
              assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
              assertThat(security.path("runAsUser").asInt(10001)).as(name).isEqualTo(10001);
              assertThat(pod.at("/spec/automountServiceAccountToken").asBoolean(true))
                  .as(name)
                  .isFalse();
              for (var container : pod.at("/spec/containers")) {
                var rights = container.path("securityContext");
                assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
                assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(rights.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
                assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
                assertThat(container.at("/resources/requests/cpu").asText()).isNotEmpty();
              }
            });
    assertThat(set.objects("ServiceAccount"))
        .hasSize(5)
        .allMatch(account -> !account.path("automountServiceAccountToken").asBoolean(true));
  }

  @ParameterizedTest
  @EnumSource
  void shouldReferOnlyToWhatTheChartMakesOrTheValuesName(ValueSet set) {
    // Given
    var made = new TreeSet<String>();
    set.objects()
        .forEach(
            object ->
                made.add(
                    object.path("kind").asText() + " " + object.at("/metadata/name").asText()));

    set.pods()
        .forEach(
            (name, pod) -> {
              var spec = pod.path("spec");
              assertThat(made)
                  .contains("ServiceAccount " + spec.path("serviceAccountName").asText());

              // Every mount has a volume, and the other way round.
              var volumes = new TreeSet<String>();
              spec.path("volumes").forEach(volume -> volumes.add(volume.path("name").asText()));
              var mounts = new TreeSet<String>();
              all(spec.path("containers"))
                  .flatMap(container -> all(container.path("volumeMounts")))
                  .forEach(mount -> mounts.add(mount.path("name").asText()));
              if (name.startsWith("StatefulSet")) {
                assertThat(mounts.remove("state")).isTrue();
              }
              assertThat(mounts).as(name).isEqualTo(volumes);

              for (var volume : spec.path("volumes")) {
                var map = volume.at("/configMap/name").asText();
                var claim = volume.at("/persistentVolumeClaim/claimName").asText();
                var secret = volume.at("/secret/secretName").asText();
                if (!map.isEmpty()) {
                  assertThat(made).contains("ConfigMap " + map);
                }
                if (!claim.isEmpty() && !set.yaml().contains(claim)) {
                  assertThat(made).contains("PersistentVolumeClaim " + claim);
                }
                assertThat(secret.isEmpty() || set.yaml().contains(secret)).isTrue();
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void shouldSelectPodsThatThereAre(ValueSet set) {
    var pods = set.pods().values().stream().map(pod -> pod.at("/metadata/labels")).toList();
    for (var object : set.objects()) {
      for (var where :
          List.of(
              "/spec/selector/matchLabels", "/spec/podSelector/matchLabels", "/spec/selector")) {
        var selector = object.at(where);
        if (selector.has("app.kubernetes.io/component")) {
          assertThat(pods)
              .as("%s selects %s", object.at("/metadata/name"), selector)
              .anyMatch(
                  labels ->
                      selector.properties().stream()
                          .allMatch(label -> label.getValue().equals(labels.path(label.getKey()))));
        }
      }
    }
  }

  @Test
  void shouldMakeOneOfAllThatAClusterNeeds() {
    assertThat(ValueSet.DEFAULT.objects("Deployment")).hasSize(2);
    assertThat(ValueSet.DEFAULT.objects("StatefulSet")).hasSize(2);
    assertThat(ValueSet.DEFAULT.objects("PodDisruptionBudget")).hasSize(4);
    assertThat(ValueSet.DEFAULT.objects("NetworkPolicy")).hasSize(5);
    assertThat(ValueSet.DEFAULT.objects("Service")).hasSize(6);
    assertThat(ValueSet.MINIMAL.objects("NetworkPolicy")).isEmpty();
  }

  private static void assertLabels(JsonNode labels) {
    labels
        .properties()
        .forEach(
            label -> {
              assertThat(label.getKey()).matches(LABEL_KEY);
              assertThat(label.getValue().isTextual()).isTrue();
              assertThat(label.getValue().asText()).matches(LABEL_VALUE);
            });
  }

  private static Stream<JsonNode> all(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
