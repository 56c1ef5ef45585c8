package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What an installation is like. */
class InstallationTest {

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

  @Test
  void shouldShareOneClaimForNetworksThatOutlivesTheRelease() {
    var claim = ValueSet.DEFAULT.object("PersistentVolumeClaim", "farm-artifacts");
    assertThat(claim.at("/spec/accessModes/0").asText()).isEqualTo("ReadWriteMany");
    assertThat(claim.at("/metadata/annotations/helm.sh~1resource-policy").asText())
        .isEqualTo("keep");
    for (var service : List.of("trainer", "evaluator")) {
      assertThat(mounts(container(ValueSet.DEFAULT, "Deployment", service)))
          .containsEntry("artifacts", "/var/lib/topiary/artifacts");
    }
    assertThat(ValueSet.CLAIMS.objects("PersistentVolumeClaim")).isEmpty();
    assertThat(mounts(container(ValueSet.CLAIMS, "Deployment", "trainer")))
        .containsEntry("data", "/var/lib/topiary/data");
    assertThat(settings(ValueSet.CLAIMS, "trainer"))
        .containsEntry("topiary.data.dirs", "/var/lib/topiary/data");
  }

  @Test
  void shouldKeepNetworksInS3() {
    // When
    var settings = settings(ValueSet.S3_OF_ONES_OWN, "trainer");
    var trainer = container(ValueSet.S3_OF_ONES_OWN, "Deployment", "trainer");

    // Then
    assertThat(settings)
        .containsEntry("topiary.artifacts.s3.bucket", "networks")
        .containsEntry("topiary.artifacts.s3.endpoint", "https://minio.storage:9000")
        .containsEntry("topiary.artifacts.s3.path.style", "true")
        .containsEntry("topiary.artifacts.s3.ca.file", "/etc/topiary/s3-ca/ca.crt")
        .doesNotContainKey("topiary.artifacts.dir");
    assertThat(environment(trainer))
        .containsEntry("AWS_SECRET_ACCESS_KEY", "Secret minio-key AWS_SECRET_ACCESS_KEY");
    assertThat(environment(container(ValueSet.S3_OF_ONES_OWN, "StatefulSet", "frontier")))
        .as("a frontier opens no store")
        .doesNotContainKey("AWS_SECRET_ACCESS_KEY");
    assertThat(ValueSet.S3.objects("PersistentVolumeClaim")).isEmpty();
    assertThat(ValueSet.S3.object("ServiceAccount", "farm-trainer").at("/metadata/annotations"))
        .hasToString(
            "{\"eks.amazonaws.com/role-arn\":\"arn:aws:iam::123456789012:role/networks\"}");
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
  void shouldRunTrainersOnGpus() {
    // When
    var pod = pod(ValueSet.GPU, "Deployment", "trainer");

    // Then
    assertThat(pod.at("/containers/0/resources/limits/nvidia.com~1gpu").asInt()).isEqualTo(2);
    assertThat(pod.at("/containers/0/resources/limits/memory").asText()).isEqualTo("4Gi");
    assertThat(pod.path("tolerations").findValuesAsText("key"))
        .containsExactly("nvidia.com/gpu", "spot");
    assertThat(pod.at("/containers/0/image").asText())
        .isEqualTo("topiary-trainer:" + System.getProperty("topiary.version") + "-gpu");
    assertThat(environment(container(ValueSet.GPU, "Deployment", "trainer")))
        .containsEntry("TOPIARY_TRAINER_DEVICES", "gpu:0,gpu:1");
    assertThat(environment(container(ValueSet.DEFAULT, "Deployment", "trainer")))
        .containsEntry("TOPIARY_TRAINER_DEVICES", "cpu");
  }

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
    assertThat(trigger.at("/metadata/query").asText())
        .isEqualTo(
            "sum(topiary_pruner_backlog{state=\"waiting\",namespace=\"pruning\"})"
                + " + (max(topiary_queue_backlog{group=\"topiary-trainers\",namespace=\"pruning\"})"
                + " or sum(topiary_pruner_backlog{state=\"retraining\",namespace=\"pruning\"}))");
    assertThat(ValueSet.DEFAULT.objects("ScaledObject")).isEmpty();
  }

  @Test
  void shouldApplyPoliciesAfterInstallAndUpgrade() {
    // When
    var policies = ValueSet.POLICIES.object("ConfigMap", "farm-policies").path("data");
    var job = ValueSet.POLICIES.object("Job", "farm-policies");

    // Then
    assertThat(policies.path("nightly.yaml").asText())
        .contains(
            "name: nightly\n", "models: resnet*\n", "- 0.95\n", "retrain-epochs: 2\n", "- 3\n");
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
  void shouldLetPrometheusThePageAndNeighboursInAndNobodyElse() {
    assertThat(peers("trainer", "ingress"))
        .containsExactly("component cli", "namespace monitoring");
    assertThat(peers("frontier", "ingress"))
        .containsExactly(
            "component cli", "namespace monitoring", "component frontier", "namespace ingress");
    assertThat(peers("cli", "ingress")).isEmpty();
    assertThat(peers("frontier", "egress"))
        .containsExactly("namespace kube-system", "component frontier");
  }

  @ParameterizedTest
  @CsvSource({
    "DEFAULT, trainer, '53, 53, 9092'",
    "S3, trainer, '53, 53, 9092, 443'",
    "S3_OF_ONES_OWN, pruner, '53, 53, 9092, 443, 9000'",
    "S3, frontier, '53, 53, 9092, http'",
    "TLS_AND_SASL, pruner, '53, 53, 9094'",
    "MUTUAL_TLS, cli, '53, 53, 9093, http'",
  })
  void shouldLetPodsOutToNamesBrokersAndTheStoreAlone(ValueSet set, String service, String ports) {
    var policy = set.object("NetworkPolicy", "farm-" + service);
    assertThat(policy.at("/spec/egress").findValuesAsText("port"))
        .isEqualTo(List.of(ports.split(", ")));
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

  static Map<String, String> settings(ValueSet set, String service) {
    return SettingsFilesTest.parse(SettingsFilesTest.file(set, service));
  }

  private static JsonNode pod(ValueSet set, String kind, String service) {
    var name = (set == ValueSet.SERVICE_MONITOR ? "trees-" : "farm-") + service;
    return set.object(kind, name).at("/spec/template/spec");
  }

  private static JsonNode container(ValueSet set, String kind, String service) {
    return pod(set, kind, service).at("/containers/0");
  }

  private static Map<String, String> mounts(JsonNode container) {
    var mounts = new TreeMap<String, String>();
    container
        .path("volumeMounts")
        .forEach(
            mount -> mounts.put(mount.path("name").asText(), mount.path("mountPath").asText()));
    return mounts;
  }

  private static Map<String, String> environment(JsonNode container) {
    var environment = new TreeMap<String, String>();
    for (var variable : container.path("env")) {
      var secret = variable.at("/valueFrom/secretKeyRef");
      environment.put(
          variable.path("name").asText(),
          secret.isObject()
              ? "Secret " + secret.path("name").asText() + " " + secret.path("key").asText()
              : variable.path("value").asText());
    }
    return environment;
  }

  private static List<String> peers(String service, String direction) {
    var side = direction.equals("ingress") ? "from" : "to";
    return all(ValueSet.SERVICE_MONITOR
            .object("NetworkPolicy", "trees-" + service)
            .at("/spec/" + direction))
        .flatMap(rule -> all(rule.path(side)))
        .map(
            peer ->
                peer.has("podSelector")
                    ? "component "
                        + peer.at("/podSelector/matchLabels/app.kubernetes.io~1component").asText()
                    : "namespace "
                        + peer.at("/namespaceSelector/matchLabels/kubernetes.io~1metadata.name")
                            .asText())
        .toList();
  }

  private static List<String> texts(JsonNode array) {
    return all(array).map(JsonNode::asText).toList();
  }

  private static Stream<JsonNode> all(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
