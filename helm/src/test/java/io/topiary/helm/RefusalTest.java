package io.topiary.helm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that Helm renders nothing from, and what it says instead. */
class RefusalTest {

  @ParameterizedTest
  @CsvSource({
    "'monitorring: {}', monitorring",
    "'trainer: {slot: 3}', slot",
    "'kafka: {tls: {secret: ca}}', secret",
    "'artifacts: {s3: {buckets: b}}', buckets",
    "'frontier: {state: {sise: 1Gi}}', sise",
    "'networkPolicy: {metricsFrom: [{podSelektor: {}}]}', podSelektor",
    "'trainer: {tolerations: [{key: gpu, operater: Exists}]}', operater",
    "'trainer: {resources: {limit: {cpu: 1}}}', limit",
    "'policies: {nightly: {models: a, retrain-epoch: 2}}', retrain-epoch",
  })
  void shouldNameAValueThatThereIsNot(String values, String name) {
    assertThat(Chart.refusal(values)).contains("'" + name + "' not allowed");
  }

  @ParameterizedTest
  @CsvSource({
    "'trainer: {slots: two}', /trainer/slots",
    "'trainer: {slots: 0}', /trainer/slots",
    "'trainer: {snapshotEvery: 5 minutes}', /trainer/snapshotEvery",
    "'pruner: {replicas: 0}', /pruner/replicas",
    "'kafka: {bootstrapServers: kafka}', /kafka/bootstrapServers",
    "'kafka: {sasl: {mechanism: GSSAPI}}', /kafka/sasl/mechanism",
    "'kafka: {tls: {caSecret: {name: My_Secret}}}', /kafka/tls/caSecret/name",
    "'artifacts: {store: nfs}', /artifacts/store",
    "'artifacts: {claim: {size: 100 GB}}', /artifacts/claim/size",
    "'image: {tag: \"1.0@sha\"}', /image/tag",
    "'monitoring: {scrape: yes}', /monitoring/scrape",
    "'policies: {nightly: text}', /policies/nightly",
    "'policies: {nightly: {seeds: [1]}}', /policies/nightly",
    "'artifacts: {s3: {prefix: a b}}', /artifacts/s3/prefix",
    "'evaluator: {podLabels: {team: \"a b\"}}', /evaluator/podLabels/team",
  })
  void shouldNameAValueOfAWrongKind(String values, String where) {
    assertThat(Chart.refusal(values)).contains("'" + where + "'");
  }

  @Test
  void shouldRefuseTlsWithoutASecret() {
    assertThat(sentence("kafka: {tls: {enabled: true}}"))
        .isEqualTo(
            "kafka.tls.enabled is true, but kafka.tls.caSecret.name is empty; it should name the Secret with the authority's certificates, or kafka.tls.publicAuthority should be true.");
  }

  @Test
  void shouldRefuseTwoAuthorities() {
    assertThat(
            sentence(
                "kafka: {tls: {enabled: true, publicAuthority: true, caSecret: {name: our-ca}}}"))
        .isEqualTo(
            "kafka.tls.publicAuthority is true, but kafka.tls.caSecret.name is our-ca; only one of them should be given.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"caSecret: {name: our-ca}", "clientSecret: {name: us}", "publicAuthority: true"})
  void shouldRefuseASecretOfTlsThatIsOff(String tls) {
    assertThat(sentence("kafka: {tls: {" + tls + "}}"))
        .isEqualTo(
            "kafka.tls has a Secret or an authority, but kafka.tls.enabled is false; it should be true for connections to be encrypted.");
  }

  @Test
  void shouldRefuseToLogInWithoutASecret() {
    assertThat(sentence("kafka: {sasl: {enabled: true}}"))
        .isEqualTo(
            "kafka.sasl.enabled is true, but kafka.sasl.secret.name is empty; it should name the Secret with the JAAS configuration.");
  }

  @Test
  void shouldRefuseASecretThatNobodyLogsInWith() {
    assertThat(sentence("kafka: {sasl: {secret: {name: login}}}"))
        .isEqualTo(
            "kafka.sasl.secret.name is login, but kafka.sasl.enabled is false; it should be true for the services to log in.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sasl.jaas.config",
        "ssl.key.password",
        "ssl.keystore.password",
        "ssl.keystore.key",
        "sasl.oauthbearer.client.credentials.client.secret"
      })
  void shouldRefuseASecretInAConfigMap(String property) {
    assertThat(sentence("kafka: {properties: {" + property + ": x}}"))
        .isEqualTo(
            "kafka.properties has %s, which may be a secret and would be seen in a ConfigMap; kafka.tls and kafka.sasl should name Secrets instead."
                .formatted(property));
  }

  @Test
  void shouldRefuseAKafkaPropertyThatItSetsItself() {
    assertThat(sentence("kafka: {properties: {bootstrap.servers: 'other:9092'}}"))
        .isEqualTo(
            "kafka.properties has bootstrap.servers, which the chart sets itself; kafka.bootstrapServers, kafka.tls or kafka.sasl should say it.");
  }

  @Test
  void shouldRefuseS3WithoutABucket() {
    assertThat(sentence("artifacts: {store: s3}"))
        .isEqualTo(
            "artifacts.store is s3, but artifacts.s3.bucket is empty; it should name the bucket.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"existing", "storageClass"})
  void shouldRefuseAClaimBesideS3(String name) {
    assertThat(
            sentence("artifacts: {store: s3, s3: {bucket: nets}, claim: {" + name + ": networks}}"))
        .isEqualTo(
            "artifacts.store is s3, but artifacts.claim.%s is networks; networks are kept in one place, and the other should be left out."
                .formatted(name));
  }

  @ParameterizedTest
  @CsvSource({
    "bucket: nets, bucket, nets",
    "prefix: farm, prefix, farm",
    "endpoint: 'http://minio:9000', endpoint, http://minio:9000",
    "region: eu-central-1, region, eu-central-1",
    "pathStyle: true, pathStyle, true",
    "caSecret: {name: minio-ca}, caSecret.name, minio-ca",
    "credentialsSecret: {name: minio-key}, credentialsSecret.name, minio-key",
  })
  void shouldRefuseS3BesideAClaim(String given, String name, String value) {
    assertThat(sentence("artifacts: {s3: {" + given + "}}"))
        .isEqualTo(
            "artifacts.store is claim, but artifacts.s3.%s is %s; artifacts.store should be s3, or artifacts.s3 be left out."
                .formatted(name, value));
  }

  @Test
  void shouldRefuseANumberOfPartitionsThatServicesDoNotMake() {
    assertThat(sentence("topics: {partitions: 12}"))
        .isEqualTo(
            "topics.partitions is 12, but the services create topics of 6 partitions; topics.create should be strimzi or none for another number.");
  }

  @Test
  void shouldRefuseTopicsOfNoCluster() {
    assertThat(sentence("topics: {create: strimzi}"))
        .isEqualTo(
            "topics.create is strimzi, but topics.strimzi.cluster is empty; it should name the Kafka resource.");
  }

  @Test
  void shouldRefuseAClusterOfTopicsThatItDoesNotMake() {
    assertThat(sentence("topics: {strimzi: {cluster: events}}"))
        .isEqualTo(
            "topics.strimzi.cluster is events, but topics.create is services; it should be strimzi for the chart to make KafkaTopic resources.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pruner", "frontier"})
  void shouldRefuseReplicasWithoutPartitions(String service) {
    assertThat(sentence(service + ": {replicas: 7}"))
        .isEqualTo(
            "%s.replicas is 7, but topics.partitions is 6; a replica without a partition would do nothing, so there should be at most as many."
                .formatted(service));
  }

  @Test
  void shouldRefuseReplicasThatKedaChooses() {
    assertThat(
            sentence(
                "trainer: {replicas: 3, autoscaling: {enabled: true, prometheusAddress: 'http://p:9090'}}"))
        .isEqualTo(
            "trainer.replicas is 3, but trainer.autoscaling.enabled is true; trainer.replicas should be left out where KEDA says how many there are.");
  }

  @Test
  void shouldRefuseAutoscalingWithoutPrometheus() {
    assertThat(sentence("trainer: {autoscaling: {enabled: true}}"))
        .isEqualTo(
            "trainer.autoscaling.enabled is true, but trainer.autoscaling.prometheusAddress is empty; it should be Prometheus's address.");
  }

  @Test
  void shouldRefuseFewerTrainersAtMostThanAtLeast() {
    assertThat(
            sentence(
                "trainer: {autoscaling: {enabled: true, prometheusAddress: 'http://p:9090', minReplicas: 5}}"))
        .isEqualTo(
            "trainer.autoscaling.minReplicas is 5, but trainer.autoscaling.maxReplicas is 4; the former should be at most the latter.");
  }

  @Test
  void shouldRefuseAGpuRuntimeWithoutGpus() {
    assertThat(sentence("trainer: {gpu: {runtimeClassName: nvidia}}"))
        .isEqualTo(
            "trainer.gpu.runtimeClassName is nvidia, but trainer.gpu.count is 0; there should be GPUs for it.");
  }

  @Test
  void shouldRefuseAPolicyOfTwoNames() {
    assertThat(sentence("policies: {nightly: {name: daily, models: '*'}}"))
        .isEqualTo("policies.nightly has the name daily; it should be left out, or be the same.");
  }

  /** What Helm says besides where the template lies that refused. */
  private static String sentence(String values) {
    var refusal = Chart.refusal(values);
    assertThat(refusal).startsWith("execution error at (topiary/templates/checks.yaml:");
    return refusal.substring(refusal.indexOf("): ") + 3).strip();
  }
}
