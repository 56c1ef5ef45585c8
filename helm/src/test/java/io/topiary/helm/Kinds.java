package io.topiary.helm;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is known of the kinds of objects that the chart makes. */
final class Kinds {

  /** Refuses fields that the models do not have, which they would else keep as "additional". */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated member) {
                  return false;
                }
              })
          .build();

  private static final ObjectMapper PLAIN = new ObjectMapper();

  /** Checks an object, or throws. */
  @FunctionalInterface
  private interface Check {
    void on(JsonElement object) throws IOException;
  }

  /**
   * @param apiVersion the one that the chart may use
   * @param model what all fields must be known to
   * @param required says which must be there; absent where nothing that we have does
   */
  private record Kind(List<String> apiVersion, Class<?> model, Optional<Check> required) {

    static Kind of(String apiVersion, Class<?> model, Check required) {
      return new Kind(List.of(apiVersion), model, Optional.of(required));
    }

    static Kind monitoring(Class<?> model) {
      return new Kind(List.of("monitoring.coreos.com/v1"), model, Optional.empty());
    }
  }

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry("ConfigMap", Kind.of("v1", ConfigMap.class, V1ConfigMap::validateJsonElement)),
          Map.entry("Pod", Kind.of("v1", Pod.class, V1Pod::validateJsonElement)),
          Map.entry("Service", Kind.of("v1", Service.class, V1Service::validateJsonElement)),
          Map.entry(
              "ServiceAccount",
              Kind.of("v1", ServiceAccount.class, V1ServiceAccount::validateJsonElement)),
          Map.entry(
              "PersistentVolumeClaim",
              Kind.of(
                  "v1", PersistentVolumeClaim.class, V1PersistentVolumeClaim::validateJsonElement)),
          Map.entry(
              "Deployment",
              Kind.of("apps/v1", Deployment.class, V1Deployment::validateJsonElement)),
          Map.entry(
              "StatefulSet",
              Kind.of("apps/v1", StatefulSet.class, V1StatefulSet::validateJsonElement)),
          Map.entry("Job", Kind.of("batch/v1", Job.class, V1Job::validateJsonElement)),
          Map.entry(
              "NetworkPolicy",
              Kind.of(
                  "networking.k8s.io/v1",
                  NetworkPolicy.class,
                  V1NetworkPolicy::validateJsonElement)),
          Map.entry(
              "PodDisruptionBudget",
              Kind.of(
                  "policy/v1",
                  PodDisruptionBudget.class,
                  V1PodDisruptionBudget::validateJsonElement)),
          Map.entry("PodMonitor", Kind.monitoring(PodMonitor.class)),
          Map.entry("ServiceMonitor", Kind.monitoring(ServiceMonitor.class)),
          Map.entry("PrometheusRule", Kind.monitoring(PrometheusRule.class)),
          Map.entry(
              "ScaledObject",
              new Kind(List.of("keda.sh/v1alpha1"), ScaledObject.class, Optional.empty())),
          Map.entry(
              "KafkaTopic",
              new Kind(
                  List.of("kafka.strimzi.io/v1", "kafka.strimzi.io/v1beta2"),
                  Topic.class,
                  Optional.empty())));

  /** Strimzi's own class of the whole needs a Kubernetes client. */
  record Topic(String apiVersion, String kind, ObjectMeta metadata, JsonNode spec) {}

  /** Named, as the compiler would ask for the annotations that it was made with. */
  private static final String TOPIC_SPEC = "io.strimzi.api.kafka.model.topic.KafkaTopicSpec";

  /**
   * What the chart uses of KEDA's resource, as its reference has it; there is no model of it in
   * Java.
   *
   * @see <a href="https://keda.sh/docs/latest/reference/scaledobject-spec/">ScaledObject
   *     specification</a>
   */
  record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, Spec spec) {
    record Spec(
        Target scaleTargetRef,
        int minReplicaCount,
        int maxReplicaCount,
        int pollingInterval,
        int cooldownPeriod,
        Advanced advanced,
        List<Trigger> triggers) {}

    record Target(String apiVersion, String kind, String name) {}

    record Advanced(Autoscaler horizontalPodAutoscalerConfig) {}

    record Autoscaler(Behavior behavior) {}

    record Behavior(ScaleDown scaleDown) {}

    record ScaleDown(int stabilizationWindowSeconds) {}

    record Trigger(
        String type,
        String metricType,
        Map<String, String> metadata,
        Reference authenticationRef) {}

    record Reference(String name) {}
  }

  private Kinds() {}

  /**
   * Holds an object against its kind.
   *
   * @throws IOException when it has a field that its kind has not
   * @throws IllegalArgumentException when it lacks a field that its kind needs
   */
  static void check(JsonNode object) throws IOException {
    var name = object.path("kind").asText();
    var kind = KINDS.get(name);
    if (kind == null || !kind.apiVersion().contains(object.path("apiVersion").asText())) {
      throw new IllegalArgumentException(
          "The chart makes no %s of %s".formatted(name, object.path("apiVersion")));
    }
    STRICT.treeToValue(object, kind.model());
    if (name.equals("KafkaTopic")) {
      STRICT.treeToValue(object.path("spec"), classOf(TOPIC_SPEC));
    }
    if (kind.required().isPresent()) {
      kind.required().get().on(JsonParser.parseString(PLAIN.writeValueAsString(object)));
    }
  }

  private static Class<?> classOf(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(name + " is not on the class path", e);
    }
  }
}
