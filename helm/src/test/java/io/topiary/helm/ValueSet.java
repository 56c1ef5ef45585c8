package io.topiary.helm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ways in which the chart is installed; every object of each is held against what Kubernetes knows.
 */
public enum ValueSet {
  DEFAULT(""),

  MINIMAL(
      """
      networkPolicy: {enabled: false}
      monitoring: {scrape: none}
      trainer: {topologySpread: []}
      evaluator: {topologySpread: []}
      pruner: {topologySpread: []}
      frontier: {topologySpread: []}
      """),

  S3(
      """
      artifacts:
        store: s3
        s3: {bucket: networks, prefix: farm, region: eu-central-1}
      serviceAccount:
        annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/networks"}
      """),

  S3_OF_ONES_OWN(
      """
      artifacts:
        store: s3
        s3:
          bucket: networks
          endpoint: https://minio.storage:9000
          pathStyle: true
          caSecret: {name: minio-ca}
          credentialsSecret: {name: minio-key}
          cacheMiB: 20000
          inUseMiB: 8000
      networkPolicy:
        s3To: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: storage}}}]
      """),

  CLAIMS(
      """
      artifacts: {claim: {existing: networks}}
      data: {claim: images}
      pruner: {state: {size: 20Gi, storageClass: fast}}
      frontier: {state: {size: 10Gi, storageClass: fast}}
      """),

  TLS("kafka: {bootstrapServers: 'kafka:9093', tls: {enabled: true, caSecret: {name: kafka-ca}}}"),

  MUTUAL_TLS(
      """
      kafka:
        bootstrapServers: kafka-0:9093, kafka-1:9093
        tls:
          enabled: true
          publicAuthority: true
          clientSecret: {name: farm-user, certificateKey: user.crt, privateKey: user.key}
        properties: {client.rack: rack-1, reconnect.backoff.max.ms: 10000}
      """),

  TLS_AND_SASL(
      """
      kafka:
        bootstrapServers: kafka:9094
        tls: {enabled: true, caSecret: {name: events-cluster-ca-cert}}
        sasl: {enabled: true, secret: {name: farm-user}}
      """),

  STRIMZI(
      """
      kafka: {bootstrapServers: 'events-kafka-bootstrap.kafka:9092'}
      topics:
        create: strimzi
        partitions: 12
        strimzi: {cluster: events, namespace: kafka, replicas: 3, config: {min.insync.replicas: 2}}
      pruner: {replicas: 12}
      frontier: {replicas: 3}
      """),

  KEDA(
      """
      trainer:
        autoscaling:
          enabled: true
          maxReplicas: 20
          prometheusAddress: http://prometheus-operated.monitoring:9090
          authenticationRef: prometheus-login
      monitoring:
        scrape: podMonitor
        interval: 15s
        labels: {release: prometheus}
        rules: {enabled: true}
        dashboards: {enabled: true}
      """),

  GPU(
      """
      trainer:
        gpu: {count: 2, runtimeClassName: nvidia}
        slots: 4
        nodeSelector: {nvidia.com/gpu.present: "true"}
        tolerations: [{key: spot, operator: Exists, effect: NoSchedule}]
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
                - matchExpressions: [{key: nvidia.com/gpu.product, operator: In, values: [H100]}]
        priorityClassName: training
        handBackSeconds: 120
      """),

  POLICIES(
      """
      policies:
        nightly: {models: "resnet*", sparsity: [0.9, 0.95], retrain-epochs: 2, seeds: [1, 2, 3000000000]}
        half: {models: "*", selector: "2:4", retrain-epochs: 5}
        in-all: {models: "*", method: bimp, epochs: 20, phases: 4, schedule: llr}
      """),

  SERVICE_MONITOR(
      """
      fullnameOverride: trees
      image: {registry: registry.example.com/topiary/, tag: "1.2.3", pullPolicy: Always, pullSecrets: [pull]}
      monitoring: {scrape: serviceMonitor}
      trainer: {replicas: 3, javaOptions: "-Xmx3g -XX:+UseZGC", env: {AWS_PROFILE: "a: b"}, podAnnotations: {a: b}, podLabels: {team: vision}}
      networkPolicy: {pageFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]}
      """),

  OPENSHIFT(
      """
      security: {userId: null}
      networkPolicy:
        dnsPorts: [5353]
        dnsTo: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: openshift-dns}}}]
      """);

  private static final Map<ValueSet, List<JsonNode>> RENDERED = new ConcurrentHashMap<>();

  private final String values;

  ValueSet(String values) {
    this.values = values;
  }

  /** As YAML. */
  public String yaml() {
    return values;
  }

  /** What Helm 3 makes of it; rendered once. */
  public List<JsonNode> objects() {
    return RENDERED.computeIfAbsent(this, set -> Chart.objects(set.values));
  }

  /** The objects of a kind. */
  public List<JsonNode> objects(String kind) {
    return objects().stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
  }

  /** The object of a kind and name. */
  public JsonNode object(String kind, String name) {
    return objects(kind).stream()
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(this + " has no " + kind + " " + name));
  }

  /** Pods, and templates of pods, by the name of what has them. */
  public Map<String, JsonNode> pods() {
    var pods = new TreeMap<String, JsonNode>();
    for (var object : objects()) {
      var name = object.path("kind").asText() + " " + object.at("/metadata/name").asText();
      if (object.path("kind").asText().equals("Pod")) {
        pods.put(name, object);
      } else if (object.at("/spec/template/spec").isObject()) {
        pods.put(name, object.at("/spec/template"));
      }
    }
    return pods;
  }
}
