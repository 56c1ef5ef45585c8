package io.topiary.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Follows topics from their beginning and hands each record to whoever asked for its topic. */
final class TopicReader implements AutoCloseable {

  private static final String DEAD_LETTER_REASON = "__streams.errors.message";

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers = new HashMap<>();

  TopicReader(KafkaSettings kafka) {
    consumer =
        kafka.client(
            "topiary-cli",
            Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
            config ->
                new KafkaConsumer<>(
                    config, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }

  /** Hands every record of the topic on. */
  <V extends SpecificRecord> TopicReader on(Topic<V> topic, Consumer<V> reader) {
    readers.put(topic.name(), record -> reader.accept(topic.serde().decode(record.value())));
    return this;
  }

  /** Hands on why each dead letter could not be handled. */
  TopicReader onDeadLetter(Consumer<String> reader) {
    readers.put(Topics.DEAD_LETTERS, record -> reader.accept(reason(record)));
    return this;
  }

  /** From here on {@link #poll} reads, from the first record of every topic. */
  TopicReader start() {
    consumer.assign(
        readers.keySet().stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList());
    return this;
  }

  /** Hands on what has arrived, or waits for it no longer than the given time. */
  void poll(Duration timeout) {
    for (var record : consumer.poll(timeout)) {
      Optional.ofNullable(readers.get(record.topic())).ifPresent(reader -> reader.accept(record));
    }
  }

  private static String reason(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.headers().lastHeader(DEAD_LETTER_REASON))
        .flatMap(header -> Optional.ofNullable(header.value()))
        .map(value -> new String(value, UTF_8))
        .orElse("A record became a dead letter without a reason.");
  }

  @Override
  public void close() {
    consumer.close();
  }
}
