package io.topiary.cli.policies;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.cli.cluster.Cluster;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topics;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Writes to {@code topiary.policies}, and returns when the brokers have it. */
final class PolicyWriter implements AutoCloseable {

  private final KafkaSettings kafka;
  private final RecordSender sender;

  /**
   * @throws io.topiary.runtime.StartException when Kafka's client refuses its settings
   */
  PolicyWriter(KafkaSettings kafka) {
    this.kafka = kafka;
    sender = new RecordSender("topiary-cli", kafka, new SimpleMeterRegistry());
  }

  /**
   * @throws io.topiary.cli.cluster.ClusterException when it was not acknowledged
   */
  void put(PruningPolicy policy) throws InterruptedException {
    try {
      sender.send(Topics.POLICIES, policy.getName(), policy);
    } catch (KafkaException e) {
      throw Cluster.failure(kafka, e);
    }
  }

  /**
   * @throws io.topiary.cli.cluster.ClusterException when it was not acknowledged
   */
  void delete(String name) throws InterruptedException {
    try {
      sender.send(new ProducerRecord<>(Topics.POLICIES.name(), name.getBytes(UTF_8), null));
    } catch (KafkaException e) {
      throw Cluster.failure(kafka, e);
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
