package io.topiary.runtime.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.telemetry.Health;
import io.topiary.runtime.telemetry.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows topics until it is closed. It belongs to no group and commits nothing: every process that
 * follows a topic reads all of it. While the broker is away its health says so, and it tries again.
 */
public final class TopicFollower implements AutoCloseable {

  /** What becomes of the records. Called by the follower's thread alone. */
  public interface Reader {

    /**
     * Forgets what will be read again, and moves the consumer to where reading begins: at the
     * start, and again after an outage.
     */
    void begin(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions);

    /**
     * Takes a record in.
     *
     * @throws SerializationException when the record is none
     */
    void apply(ConsumerRecord<byte[], byte[]> record);

    /** A record is none, and is left out. */
    void refused(ConsumerRecord<byte[], byte[]> record, SerializationException why);

    /** All that was there when reading began has been applied. */
    default void caughtUp() {}
  }

  private static final Logger log = LoggerFactory.getLogger(TopicFollower.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOOK_AFTER = Duration.ofSeconds(4);
  private static final Duration ANSWER = Duration.ofSeconds(4);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
          ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);

  private final String client;
  private final Set<String> topics;
  private final Reader reader;
  private final KafkaSettings kafka;
  private final MeterRegistry registry;
  private final Health.Component health;
  private final Thread thread;

  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Optional<Consumer<byte[], byte[]>> current = Optional.empty();
  private volatile Optional<String> stale = Optional.of("Kafka: not read to its end yet");

  private TopicFollower(
      String client, Set<String> topics, Reader reader, KafkaSettings kafka, Telemetry telemetry) {
    this.client = client;
    this.topics = topics;
    this.reader = reader;
    this.kafka = kafka;
    registry = telemetry.registry();
    health = telemetry.health().component(client);
    thread = new Thread(this::run, client);
    thread.setDaemon(true);
  }

  /**
   * Begins to follow.
   *
   * @param client what it calls itself, towards the broker and in its health
   */
  public static TopicFollower start(
      String client, Set<String> topics, Reader reader, KafkaSettings kafka, Telemetry telemetry) {
    var follower = new TopicFollower(client, topics, reader, kafka, telemetry);
    follower.thread.start();
    return follower;
  }

  /**
   * Completes when the topics have been read to their ends once, exceptionally when they never
   * will.
   */
  public CompletableFuture<Void> ready() {
    return ready;
  }

  /** Why what was read last may be old; absent when it is not. */
  public Optional<String> stale() {
    return stale;
  }

  /** What was read last stays. */
  @Override
  public void close() {
    stop.countDown();
    current.ifPresent(Consumer::wakeup);
    try {
      thread.join(STOP_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopped()) {
        try (var consumer = consumer();
            var metrics = new KafkaClientMetrics(consumer)) {
          current = Optional.of(consumer);
          metrics.bindTo(registry);
          follow(consumer);
        } catch (ApiException | StartException e) {
          if (e instanceof StartException && !ready.isDone()) {
            throw e;
          }
          // Settings that were good before: the brokers' names are not known during an outage.
          log.warn("{} cannot be read, trying again in {}: {}", topics, TRY_AGAIN, e.getMessage());
          log.debug("{} could not be read", topics, e);
          away(e);
          var unused = stop.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      if (stopped()) {
        log.debug("{} is no longer followed", topics, e);
        return;
      }
      health.failed(e);
      ready.completeExceptionally(e);
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    var partitions = partitions(consumer);
    consumer.assign(partitions);
    var ends = consumer.endOffsets(partitions);
    reader.begin(consumer, partitions);
    while (!stopped()
        && ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(consumer);
    }
    if (stopped()) {
      return;
    }
    reader.caughtUp();
    here();
    ready.complete(null);
    var looked = Instant.now();
    while (!stopped()) {
      poll(consumer);
      if (Duration.between(looked, Instant.now()).compareTo(LOOK_AFTER) >= 0) {
        lookAfter(consumer);
        looked = Instant.now();
      }
    }
  }

  private void poll(Consumer<byte[], byte[]> consumer) {
    for (var record : consumer.poll(POLL)) {
      try {
        reader.apply(record);
      } catch (SerializationException e) {
        reader.refused(record, e);
      }
    }
  }

  /** A consumer without a group is silent when its broker is away, so somebody has to ask. */
  private void lookAfter(Consumer<byte[], byte[]> consumer) {
    try {
      consumer.endOffsets(consumer.assignment(), ANSWER);
      here();
    } catch (TimeoutException e) {
      away(e);
      return;
    }
    var all = partitions(consumer);
    if (!consumer.assignment().containsAll(all)) {
      // Those it has keep their positions; new ones are read from their beginning.
      consumer.assign(all);
    }
  }

  private void here() {
    stale = Optional.empty();
    health.ready();
  }

  private void away(RuntimeException why) {
    stale = Optional.of("Kafka: " + why.getMessage());
    health.unready("Kafka: " + why.getMessage());
  }

  private Set<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    var partitions = new HashSet<TopicPartition>();
    for (var topic : topics) {
      var known = Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of());
      if (known.isEmpty()) {
        throw new UnknownTopicOrPartitionException("There is no topic " + topic + ".");
      }
      known.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    return partitions;
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  private Consumer<byte[], byte[]> consumer() {
    return kafka
        .with(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false")
        .with(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")
        .with(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .with(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
        .client(
            client,
            DEFAULTS,
            properties ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }
}
