package io.topiary.cli.policies;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.cli.cluster.Cluster;
import io.topiary.cli.cluster.ClusterException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic of policies from its beginning. A topic that is not there holds none. */
final class PolicyReader implements AutoCloseable {

  private static final Duration LONGEST_READING = Duration.ofSeconds(30);
  private static final Duration A_MOMENT = Duration.ofMillis(100);

  private final KafkaSettings kafka;
  private final Topic<PruningPolicy> topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final SortedMap<String, PresentPolicy> newest = new TreeMap<>();

  /**
   * @throws io.topiary.runtime.StartException when Kafka's client refuses its settings
   */
  PolicyReader(KafkaSettings kafka, Topic<PruningPolicy> topic) {
    this.kafka = kafka;
    this.topic = topic;
    var defaults = new HashMap<>(Cluster.WAITS);
    defaults.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    defaults.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    defaults.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    // The pruner's records are those of its transactions.
    defaults.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    this.consumer =
        kafka.client(
            "topiary-cli",
            defaults,
            config ->
                new KafkaConsumer<>(
                    config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  static SortedMap<String, PresentPolicy> readOnce(
      KafkaSettings kafka, Topic<PruningPolicy> topic) {
    try (var reader = new PolicyReader(kafka, topic)) {
      return reader.read();
    }
  }

  /**
   * The newest policy of every name, as of now.
   *
   * @throws ClusterException when the brokers do not let it be read
   */
  SortedMap<String, PresentPolicy> read() {
    try {
      var partitions = partitions();
      if (consumer.assignment().isEmpty()) {
        consumer.assign(partitions);
      }
      readTo(consumer.endOffsets(partitions));
      return Collections.unmodifiableSortedMap(newest);
    } catch (KafkaException e) {
      throw Cluster.failure(kafka, e);
    }
  }

  /** Waits a moment for more to arrive. */
  void pause() throws InterruptedException {
    if (consumer.assignment().isEmpty()) {
      // A topic that was created a moment ago, and that this broker does not know of yet.
      Thread.sleep(A_MOMENT.toMillis());
      return;
    }
    try {
      consumer.poll(A_MOMENT).forEach(this::take);
    } catch (KafkaException e) {
      throw Cluster.failure(kafka, e);
    }
  }

  private void readTo(Map<TopicPartition, Long> ends) {
    var deadline = Instant.now().plus(LONGEST_READING);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      if (Instant.now().isAfter(deadline)) {
        throw new TimeoutException(topic.name() + " was not read to its end");
      }
      consumer.poll(A_MOMENT).forEach(this::take);
    }
  }

  private List<TopicPartition> partitions() {
    return consumer.listTopics().getOrDefault(topic.name(), List.of()).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      // The pruner refuses it, and no command could name it.
      return;
    }
    var name = new String(record.key(), UTF_8);
    if (record.value() == null) {
      newest.remove(name);
      return;
    }
    try {
      newest.put(name, PresentPolicy.of(topic.serde().decode(record.value())));
    } catch (SerializationException e) {
      newest.put(name, PresentPolicy.unreadable(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
