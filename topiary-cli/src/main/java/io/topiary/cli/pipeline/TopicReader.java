package io.topiary.cli.pipeline;

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
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows topics from their beginning and hands each record to whoever asked for its topic. */
public final class TopicReader implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(TopicReader.class);

  private static final String DEAD_LETTER_REASON = "__streams.errors.message";

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> readers = new HashMap<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  public TopicReader(KafkaSettings kafka) {
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

  /** Hands every record of the topic on, but for those that make no sense. */
  public <V extends SpecificRecord> TopicReader on(Topic<V> topic, Consumer<V> reader) {
    readers.put(topic.name(), record -> decoded(topic, record).ifPresent(reader));
    return this;
  }

  /** What cannot be read is some service's dead letter, and nothing to whoever follows. */
  private static <V extends SpecificRecord> Optional<V> decoded(
      Topic<V> topic, ConsumerRecord<byte[], byte[]> record) {
    try {
      return Optional.ofNullable(record.value()).map(topic.serde()::decode);
    } catch (SerializationException e) {
      log.warn("A record of {} is left out: {}", topic.name(), e.getMessage());
      return Optional.empty();
    }
  }

  /** A record that could not be handled: its key, and why. */
  public record DeadLetter(String key, String reason) {}

  /** Hands every dead letter on. */
  public TopicReader onDeadLetter(Consumer<DeadLetter> reader) {
    readers.put(
        Topics.DEAD_LETTERS, record -> reader.accept(new DeadLetter(key(record), reason(record))));
    return this;
  }

  /** From here on {@link #poll} reads, from the first record of every topic. */
  public TopicReader start() {
    consumer.assign(
        readers.keySet().stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList());
    ends.putAll(consumer.endOffsets(consumer.assignment()));
    return this;
  }

  /** Hands on what has arrived, or waits for it no longer than the given time. */
  public void poll(Duration timeout) {
    for (var record : consumer.poll(timeout)) {
      Optional.ofNullable(readers.get(record.topic())).ifPresent(reader -> reader.accept(record));
    }
  }

  /** Whether all that was on the topics at the start has been handed on. */
  public boolean caughtUp() {
    ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    return ends.isEmpty();
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return Optional.ofNullable(record.key()).map(key -> new String(key, UTF_8)).orElse("");
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
