package io.topiary.cli.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.Topic;
import io.topiary.schemas.TopicCreation;
import io.topiary.schemas.Topics;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
class EmbeddedKafkaIT {

  @TempDir private Path folder;

  @Test
  void shouldContinueTheFolderOfAnEarlierBroker() throws Exception {
    // Given a broker on which all topics were created, twice over
    String cluster;
    try (var broker = EmbeddedKafka.start(folder);
        var admin = admin(broker)) {
      TopicCreation.createMissing(admin);
      TopicCreation.createMissing(admin);
      cluster = admin.describeCluster().clusterId().get(10, TimeUnit.SECONDS);
    }

    // When the next one is started on the same folder
    try (var broker = EmbeddedKafka.start(folder);
        var admin = admin(broker)) {

      // Then it is the same cluster with the same topics
      assertThat(admin.describeCluster().clusterId().get(10, TimeUnit.SECONDS)).isEqualTo(cluster);
      assertThat(admin.listTopics().names().get(10, TimeUnit.SECONDS))
          .containsAll(Topics.ALL.stream().map(Topic::name).toList())
          .contains(Topics.DEAD_LETTERS);
    }
  }

  @Test
  void shouldOfferShareGroups() throws Exception {
    try (var broker = EmbeddedKafka.start(folder);
        var admin = admin(broker)) {
      var features = admin.describeFeatures().featureMetadata().get(10, TimeUnit.SECONDS);

      assertThat(features.finalizedFeatures().get("share.version").maxVersionLevel()).isPositive();
    }
  }

  private static Admin admin(EmbeddedKafka broker) {
    return Admin.create(
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()));
  }
}
