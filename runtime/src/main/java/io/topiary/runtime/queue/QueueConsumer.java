package io.topiary.runtime.queue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.topiary.runtime.config.KafkaSettings;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member of the share group that has at most one record in hand. For one thread. */
final class QueueConsumer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(QueueConsumer.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration ACKNOWLEDGE = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** The shortest lock that a broker grants, unless its operator lowered that bound. */
  private static final int SHORTEST_LOCK_MILLIS = 15_000;

  private final ShareConsumer<byte[], byte[]> consumer;
  private final KafkaClientMetrics metrics;

  QueueConsumer(
      String topic, String group, String clientId, KafkaSettings kafka, MeterRegistry registry) {
    this.consumer =
        kafka
            .with(ConsumerConfig.GROUP_ID_CONFIG, group)
            .with(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit")
            // Strictly one record, and none fetched ahead: a job that waits here is run nowhere.
            .with(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit")
            .with(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1")
            .client(
                clientId,
                Map.of(),
                properties ->
                    new KafkaShareConsumer<>(
                        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
    this.metrics = new KafkaClientMetrics(metricsOf(consumer));
    metrics.bindTo(registry);
    consumer.subscribe(List.of(topic));
  }

  /** Waits a moment for a record. */
  Optional<ConsumerRecord<byte[], byte[]>> poll() {
    var records = consumer.poll(POLL);
    if (records.count() > 1) {
      throw new IllegalStateException("record_limit 1, but " + records.count() + " records came");
    }
    return records.isEmpty() ? Optional.empty() : Optional.of(records.iterator().next());
  }

  /** How long the record in hand is locked for others, from its delivery or renewal on. */
  Duration lock() {
    return Duration.ofMillis(consumer.acquisitionLockTimeoutMs().orElse(SHORTEST_LOCK_MILLIS));
  }

  /** Extends the lock of the record in hand; false when it is no longer ours. */
  boolean renew(ConsumerRecord<byte[], byte[]> record) {
    // A renewed record is handed out once more, and takes no other acknowledgement before.
    return acknowledge(record, AcknowledgeType.RENEW) && poll().isPresent();
  }

  /** Takes the record off the queue; false when it was no longer ours, and will come once more. */
  boolean accept(ConsumerRecord<byte[], byte[]> record) {
    return acknowledge(record, AcknowledgeType.ACCEPT);
  }

  private boolean acknowledge(ConsumerRecord<byte[], byte[]> record, AcknowledgeType type) {
    try {
      consumer.acknowledge(record, type);
      // A refusal is no exception, but an entry; a broker that is gone may leave no entry at all.
      var results = consumer.commitSync(ACKNOWLEDGE).values();
      var refusal = results.stream().flatMap(Optional::stream).findFirst();
      if (results.isEmpty() || refusal.isPresent()) {
        log.warn(
            "{} of {} was refused: {}",
            type,
            Deliveries.name(record),
            refusal.map(KafkaException::getMessage).orElse("no answer"));
        return false;
      }
      return true;
    } catch (ApiException e) {
      log.warn("{} of {} failed", type, Deliveries.name(record), e);
      return false;
    }
  }

  /** Leaves the group; the broker releases a record still in hand. */
  @Override
  public void close() {
    metrics.close();
    try {
      consumer.close(CLOSE);
    } catch (KafkaException e) {
      log.warn("The share group was left without a goodbye", e);
    }
  }

  /** Micrometer knows no share consumers, but asks a consumer for nothing but its metrics. */
  private static Consumer<?, ?> metricsOf(ShareConsumer<?, ?> consumer) {
    return (Consumer<?, ?>)
        Proxy.newProxyInstance(
            Consumer.class.getClassLoader(),
            new Class<?>[] {Consumer.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("metrics")) {
                throw new UnsupportedOperationException(method.getName());
              }
              return consumer.metrics();
            });
  }
}
