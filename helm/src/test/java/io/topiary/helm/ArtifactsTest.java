package io.topiary.helm;

import static io.topiary.helm.Pods.all;
import static io.topiary.helm.Pods.container;
import static io.topiary.helm.Pods.environment;
import static io.topiary.helm.Pods.mounts;
import static io.topiary.helm.Pods.pod;
import static io.topiary.helm.Pods.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where an installation keeps its networks. */
class ArtifactsTest {

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
        .containsEntry("topiary.artifacts.s3.cache.mib", "20000")
        .doesNotContainKey("topiary.artifacts.dir");
    assertThat(environment(trainer))
        .containsEntry("AWS_SECRET_ACCESS_KEY", "Secret minio-key AWS_SECRET_ACCESS_KEY");
    assertThat(environment(container(ValueSet.S3_OF_ONES_OWN, "StatefulSet", "frontier")))
        .as("a frontier opens no store")
        .doesNotContainKey("AWS_SECRET_ACCESS_KEY");
    assertThat(settings(ValueSet.S3_OF_ONES_OWN, "frontier").keySet())
        .noneMatch(name -> name.startsWith("topiary.artifacts."));
    assertThat(ValueSet.S3.objects("PersistentVolumeClaim")).isEmpty();
    assertThat(ValueSet.S3.object("ServiceAccount", "farm-trainer").at("/metadata/annotations"))
        .hasToString(
            "{\"eks.amazonaws.com/role-arn\":\"arn:aws:iam::123456789012:role/networks\"}");
  }

  /** The root file system cannot be written, and a volume that is full ends its pod. */
  @ParameterizedTest
  @CsvSource({"Deployment, trainer", "Deployment, evaluator", "StatefulSet, pruner"})
  void shouldHaveAVolumeForCopiesOfWhatLiesInS3(String kind, String service) {
    // When
    var pod = pod(ValueSet.S3_OF_ONES_OWN, kind, service);

    // Then
    assertThat(mounts(container(ValueSet.S3_OF_ONES_OWN, kind, service)))
        .containsEntry(
            "artifact-copies",
            settings(ValueSet.S3_OF_ONES_OWN, service).get("topiary.artifacts.s3.cache.dir"));
    assertThat(all(pod.path("volumes")))
        .filteredOn(volume -> volume.path("name").asText().equals("artifact-copies"))
        .extracting(volume -> volume.at("/emptyDir/sizeLimit").asText())
        .as("the copies, and what is in use")
        .containsExactly("28000Mi");
  }
}
