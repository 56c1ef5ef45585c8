package io.topiary.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.schemas.Topic;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends records and returns when all in-sync replicas have them. Safe for many threads. */
public final class RecordSender implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RecordSender.class);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          ProducerConfig.ACKS_CONFIG,
          "all",
          // A caller that waits can be told sooner that no broker answers.
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          10_000,
          ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
          30_000,
          ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
          10_000,
          ProducerConfig.COMPRESSION_TYPE_CONFIG,
          "lz4",
          // The brokers know what they take, and take more for dead letters.
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
          Topics.LARGEST_DEAD_LETTER);

  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final KafkaClientMetrics metrics;

  public RecordSender(String clientId, KafkaSettings kafka, MeterRegistry registry) {
    this.producer =
        kafka.client(
            clientId,
            DEFAULTS,
            properties ->
                new KafkaProducer<>(
                    properties, new ByteArraySerializer(), new ByteArraySerializer()));
    this.metrics = new KafkaClientMetrics(producer);
    metrics.bindTo(registry);
  }

  /**
   * Sends and waits for the acknowledgement.
   *
   * @throws KafkaException when it was not acknowledged; it may have arrived all the same
   */
  public <V extends SpecificRecord> void send(Topic<V> topic, String key, V value)
      throws InterruptedException {
    send(record(topic, key, value));
  }

  /**
   * Sends and waits for the acknowledgement.
   *
   * @throws KafkaException when it was not acknowledged; it may have arrived all the same
   */
  public void send(ProducerRecord<byte[], byte[]> record) throws InterruptedException {
    try {
      producer.send(record).get();
    } catch (InterruptException e) {
      // Kafka's exception has raised the thread's flag again, which would spoil the next send.
      Thread.interrupted();
      throw new InterruptedException(e.getMessage());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    }
  }

  /** Sends a sign of life: it does not wait, and a loss is logged and done with. */
  public <V extends SpecificRecord> void offer(Topic<V> topic, String key, V value) {
    try {
      var unused =
          producer.send(
              record(topic, key, value),
              (metadata, exception) -> {
                if (exception != null) {
                  log.debug("A record for {} was lost", topic.name(), exception);
                }
              });
    } catch (KafkaException e) {
      log.debug("A record for {} was lost", topic.name(), e);
    }
  }

  @Override
  public void close() {
    metrics.close();
    producer.close(CLOSE);
  }

  private static <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(
      Topic<V> topic, String key, V value) {
    return new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), topic.serde().encode(value));
  }
}
