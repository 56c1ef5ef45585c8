package io.topiary.schemas;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * A topic as a value: what travels on it and how long it stays. Keys are UTF-8 strings on every
 * topic.
 *
 * @param name the topic's name on the broker
 * @param type the record that travels as its value
 * @param serde how the value becomes bytes
 * @param partitions how many partitions it is created with
 * @param config topic configuration, by Kafka's names
 */
public record Topic<V extends SpecificRecord>(
    String name, Class<V> type, AvroSerde<V> serde, int partitions, Map<String, String> config) {

  /** Keeps every record for the given time; for ever when no time is given. */
  static <V extends SpecificRecord> Topic<V> log(
      String name, Class<V> type, int partitions, Optional<Duration> retention) {
    var millis = retention.map(Duration::toMillis).orElse(-1L);
    return new Topic<>(
        name,
        type,
        new AvroSerde<>(type),
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            millis.toString()));
  }

  /** Keeps the newest record of every key. */
  static <V extends SpecificRecord> Topic<V> compacted(String name, Class<V> type, int partitions) {
    return new Topic<>(
        name,
        type,
        new AvroSerde<>(type),
        partitions,
        Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
  }

  /** Keeps the newest record of every key, and that only for the given time. */
  static <V extends SpecificRecord> Topic<V> compactedAndShort(
      String name, Class<V> type, int partitions, Duration retention) {
    return new Topic<>(
        name,
        type,
        new AvroSerde<>(type),
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_COMPACT + "," + TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            String.valueOf(retention.toMillis())));
  }

  NewTopic toCreate() {
    return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config);
  }
}
