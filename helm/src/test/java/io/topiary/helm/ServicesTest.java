package io.topiary.helm;

import static io.topiary.helm.Pods.container;
import static io.topiary.helm.Pods.environment;
import static io.topiary.helm.Pods.mounts;
import static io.topiary.helm.Pods.pod;
import static io.topiary.helm.Pods.settings;
import static io.topiary.helm.Pods.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The pods of the services: how they are made, probed, moved and stopped. */
class ServicesTest {

  @ParameterizedTest
  @CsvSource({
    "DEFAULT, trainer, 60, 70, 80",
    "DEFAULT, evaluator, 20, 30, 40",
    "GPU, trainer, 120, 130, 140",
  })
  void shouldGiveAStoppedWorkerTheTimeToHandItsJobsBack(
      ValueSet set, String worker, int handBack, int process, int pod) {
    assertThat(settings(set, worker))
        .containsEntry("topiary.worker.hand.back.within", handBack + "s")
        .containsEntry("topiary.stop.within", process + "s");
    assertThat(pod(set, "Deployment", worker).path("terminationGracePeriodSeconds").asInt())
        .isEqualTo(pod);
  }

  @ParameterizedTest
  @CsvSource({"pruner", "frontier"})
  void shouldKeepTheStateOfAStreamsServiceWhenItsPodMoves(String service) {
    // When
    var set = ValueSet.DEFAULT.object("StatefulSet", "farm-" + service);

    // Then
    assertThat(set.at("/spec/volumeClaimTemplates/0/metadata/name").asText()).isEqualTo("state");
    assertThat(mounts(container(ValueSet.DEFAULT, "StatefulSet", service)))
        .containsEntry("state", "/var/lib/topiary/state");
    assertThat(settings(ValueSet.DEFAULT, service))
        .containsEntry("topiary." + service + ".state.dir", "/var/lib/topiary/state");
    var headless =
        ValueSet.DEFAULT.object("Service", set.at("/spec/serviceName").asText()).path("spec");
    assertThat(headless.path("clusterIP").asText()).isEqualTo("None");
  }

  @Test
  void shouldLetFrontiersReachEachOtherByNamesThatTheyKeep() {
    // When
    var environment = environment(container(ValueSet.DEFAULT, "StatefulSet", "frontier"));

    // Then
    assertThat(environment)
        .containsEntry(
            "TOPIARY_FRONTIER_ADVERTISED_ADDRESS",
            "$(POD_NAME).farm-frontier-replicas.pruning.svc:8080");
    var set = ValueSet.DEFAULT.object("StatefulSet", "farm-frontier");
    assertThat(set.at("/spec/serviceName").asText()).isEqualTo("farm-frontier-replicas");
    assertThat(settings(ValueSet.DEFAULT, "frontier"))
        .containsEntry("topiary.evaluator.roles", "frontier");
    assertThat(settings(ValueSet.DEFAULT, "evaluator"))
        .containsEntry("topiary.evaluator.roles", "worker");
  }

  @ParameterizedTest
  @EnumSource
  void shouldProbeWhereServicesAnswer(ValueSet set) {
    for (var service : List.of("trainer", "evaluator")) {
      assertProbes(container(set, "Deployment", service));
    }
    for (var service : List.of("pruner", "frontier")) {
      assertProbes(container(set, "StatefulSet", service));
    }
  }

  @Test
  void shouldTestWhetherServicesAreReadyAndTopicsThere() {
    var test = ValueSet.DEFAULT.object("Pod", "farm-test");
    assertThat(test.at("/metadata/annotations/helm.sh~1hook").asText()).isEqualTo("test");
    assertThat(texts(test.at("/spec/containers/0/args")))
        .containsExactly(
            "health",
            "http://farm-trainer:8080",
            "http://farm-evaluator:8080",
            "http://farm-pruner:8080",
            "http://farm-frontier:8080");
    assertThat(texts(test.at("/spec/containers/1/args")))
        .startsWith("policies", "list")
        .contains("/etc/topiary/settings/cli.properties");
  }

  @Test
  void shouldRunTrainersOnGpus() {
    // When
    var pod = pod(ValueSet.GPU, "Deployment", "trainer");

    // Then
    assertThat(pod.at("/containers/0/resources/limits/nvidia.com~1gpu").asInt()).isEqualTo(2);
    assertThat(pod.at("/containers/0/resources/limits/memory").asText()).isEqualTo("4Gi");
    assertThat(pod.path("tolerations").findValuesAsText("key"))
        .containsExactly("nvidia.com/gpu", "spot");
    assertThat(pod.at("/containers/0/image").asText())
        .isEqualTo(
            "docker.io/topiary/topiary-trainer:" + System.getProperty("topiary.version") + "-gpu");
    assertThat(environment(container(ValueSet.GPU, "Deployment", "trainer")))
        .containsEntry("TOPIARY_TRAINER_DEVICES", "gpu:0,gpu:1");
    assertThat(environment(container(ValueSet.DEFAULT, "Deployment", "trainer")))
        .containsEntry("TOPIARY_TRAINER_DEVICES", "cpu");
  }

  @ParameterizedTest
  @EnumSource
  void shouldMakeNewPodsForNewSettings(ValueSet set) {
    // Given
    var others = set == ValueSet.DEFAULT ? ValueSet.S3 : ValueSet.DEFAULT;

    // When
    var hash = hash(set);

    // Then
    assertThat(hash.equals(hash(others)))
        .isEqualTo(settings(set, "pruner").equals(settings(others, "pruner")));
  }

  @Test
  void shouldTakeNamesImagesAndEnvironmentFromTheValues() {
    var trainer = ValueSet.SERVICE_MONITOR.object("Deployment", "trees-trainer");
    assertThat(trainer.at("/spec/replicas").asInt()).isEqualTo(3);
    var container = trainer.at("/spec/template/spec/containers/0");
    assertThat(container.path("image").asText())
        .isEqualTo("registry.example.com/topiary/topiary-trainer:1.2.3");
    assertThat(environment(container))
        .containsEntry("JAVA_TOOL_OPTIONS", "-Xmx3g -XX:+UseZGC")
        .containsEntry("AWS_PROFILE", "a: b");
    var monitor = ValueSet.SERVICE_MONITOR.object("ServiceMonitor", "trees");
    assertThat(monitor.at("/spec/endpoints/0/path").asText()).isEqualTo("/metrics");
    assertThat(
            ValueSet.SERVICE_MONITOR.objects("Service").stream()
                .filter(
                    service -> service.at("/metadata/labels/topiary.io~1monitored").asBoolean()))
        .as("each pod is scraped once, though frontiers and pruners are in two services")
        .hasSize(4);
  }

  private static String hash(ValueSet set) {
    var name = set == ValueSet.SERVICE_MONITOR ? "trees-pruner" : "farm-pruner";
    return set.object("StatefulSet", name)
        .at("/spec/template/metadata/annotations/topiary.io~1settings")
        .asText();
  }

  private static void assertProbes(JsonNode container) {
    assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/livez");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/livez");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/readyz");
    assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
  }
}
