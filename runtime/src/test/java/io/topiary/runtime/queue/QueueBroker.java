package io.topiary.runtime.queue;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A broker that takes locks back soon, and a queue of each test's own. */
@ExtendWith(KafkaClusterExtension.class)
abstract class QueueBroker {

  static final Duration LOCK = Duration.ofMillis(1500);
  static final Duration SOON = Duration.ofSeconds(30);

  @BrokerConfig(name = "group.share.record.lock.duration.ms", value = "1500")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.assignment.interval.ms", value = "0")
  @BrokerConfig(name = "group.share.min.record.lock.duration.ms", value = "1000")
  static KafkaCluster cluster;

  QueueFixture queue;

  @BeforeEach
  void open() throws Exception {
    queue = new QueueFixture(cluster.getBootstrapServers());
  }

  @AfterEach
  void close() {
    queue.close();
  }
}
