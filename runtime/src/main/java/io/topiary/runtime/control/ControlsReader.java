package io.topiary.runtime.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.topiary.runtime.telemetry.Health;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic of controls from its beginning, and follows it until it is stopped. It belongs to
 * no group: every process reads everything, and what it has read it keeps while the broker is away.
 */
final class ControlsReader implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(ControlsReader.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOOK_AFTER = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final MeterRegistry registry;
  private final Counter refused;
  private final Health.Component health;

  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Optional<Consumer<byte[], byte[]>> current = Optional.empty();
  private volatile Commands commands = new Commands();

  ControlsReader(
      Supplier<Consumer<byte[], byte[]>> consumers,
      MeterRegistry registry,
      Health.Component health) {
    this.consumers = consumers;
    this.registry = registry;
    this.refused = registry.counter("topiary.controls.refused");
    this.health = health;
  }

  /** Completes when the topic has been read to its end once. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** What was commanded, as far as it has been read. */
  Commands commands() {
    return commands;
  }

  /** From any thread; the reader leaves what it is waiting for. */
  void stop() {
    stop.countDown();
    current.ifPresent(Consumer::wakeup);
  }

  @Override
  public void run() {
    try {
      while (!stopped()) {
        try (var consumer = consumers.get();
            var metrics = new KafkaClientMetrics(consumer)) {
          current = Optional.of(consumer);
          metrics.bindTo(registry);
          follow(consumer);
        } catch (ApiException e) {
          log.warn("{} cannot be read, trying again in {}: {}", name(), TRY_AGAIN, e.getMessage());
          log.debug("{} could not be read", name(), e);
          health.unready("Kafka: " + e.getMessage());
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      if (stopped()) {
        log.debug("{} is no longer followed", name(), e);
        return;
      }
      health.failed(e);
      ready.completeExceptionally(e);
    }
  }

  /** Starts from nothing, as commands may have been taken back that nothing tells of any more. */
  private void follow(Consumer<byte[], byte[]> consumer) {
    var fresh = new Commands();
    var partitions = partitions(consumer);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    var ends = consumer.endOffsets(partitions);
    while (!stopped()
        && ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(consumer, fresh);
    }
    if (stopped()) {
      return;
    }
    commands = fresh;
    health.ready();
    ready.complete(null);
    var looked = Instant.now();
    while (!stopped()) {
      poll(consumer, fresh);
      if (Duration.between(looked, Instant.now()).compareTo(LOOK_AFTER) >= 0) {
        lookAfter(consumer);
        looked = Instant.now();
      }
    }
  }

  private void poll(Consumer<byte[], byte[]> consumer, Commands fresh) {
    for (var record : consumer.poll(POLL)) {
      try {
        fresh.apply(record);
      } catch (SerializationException e) {
        // The pruner, of which one instance reads each record once, sends it to the dead letters.
        refused.increment();
        log.warn("{}@{} is no control: {}", name(), record.offset(), e.getMessage());
      }
    }
  }

  /** A consumer without a group is silent when its broker is away, so somebody has to ask. */
  private void lookAfter(Consumer<byte[], byte[]> consumer) {
    try {
      consumer.endOffsets(consumer.assignment(), ANSWER);
      health.ready();
    } catch (TimeoutException e) {
      health.unready("Kafka: " + e.getMessage());
      return;
    }
    Collection<TopicPartition> all = partitions(consumer);
    if (!consumer.assignment().containsAll(all)) {
      // Those it has keep their positions; new ones are read from their beginning.
      consumer.assign(all);
    }
  }

  private static Collection<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    var partitions = new HashSet<TopicPartition>();
    for (var info : Optional.ofNullable(consumer.partitionsFor(name())).orElse(List.of())) {
      partitions.add(new TopicPartition(info.topic(), info.partition()));
    }
    if (partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException("There is no topic " + name() + ".");
    }
    return partitions;
  }

  private void pause() throws InterruptedException {
    var unused = stop.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  private static String name() {
    return Topics.CONTROLS.name();
  }
}
