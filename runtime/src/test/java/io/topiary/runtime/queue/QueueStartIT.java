package io.topiary.runtime.queue;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class QueueStartIT {

  @Test
  void shouldSayThatTheBrokerHasNoShareGroups(KafkaCluster cluster) throws Exception {
    // Given
    try (var queue = new QueueFixture(cluster.getBootstrapServers())) {
      queue
          .admin
          .updateFeatures(
              Map.of(
                  "share.version",
                  new FeatureUpdate((short) 0, FeatureUpdate.UpgradeType.SAFE_DOWNGRADE)),
              new UpdateFeaturesOptions())
          .all()
          .get();
      await().until(() -> !hasShareGroups(queue.admin));

      // When, Then
      assertThatExceptionOfType(StartException.class)
          .isThrownBy(() -> queue.start(RecordingHandler.thatSucceeds()))
          .withMessageContaining("should have share groups switched on")
          .withMessageContaining(cluster.getBootstrapServers());
    }
  }

  private static boolean hasShareGroups(Admin admin) throws Exception {
    var features = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
    return features.containsKey("share.version")
        && features.get("share.version").maxVersionLevel() > 0;
  }

  @Test
  void shouldSayThatNoBrokerAnswers() {
    // Given
    var nowhere =
        new KafkaSettings(
            Map.of(
                "bootstrap.servers", "localhost:1",
                "request.timeout.ms", "500",
                "default.api.timeout.ms", "1000"));

    // When, Then
    assertThatExceptionOfType(StartException.class)
        .isThrownBy(() -> ShareGroup.prepare("workers", nowhere))
        .withMessage(
            "No broker answers at localhost:1, but topiary.kafka.bootstrap.servers should name brokers that run.");
  }
}
