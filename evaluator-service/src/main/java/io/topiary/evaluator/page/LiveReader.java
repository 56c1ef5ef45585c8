package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.topiary.runtime.telemetry.Health;
import io.topiary.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows signs of life, outcomes and dead letters until it is stopped. It belongs to no group and
 * commits nothing: every process that serves the page reads everything, and keeps what it has read
 * while the broker is away.
 */
final class LiveReader implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(LiveReader.class);

  /**
   * Who is silent for longer is not alive, and older outcomes belong to jobs that nobody shows.
   * Signs of life should not stay for longer, but do as long as the broker still appends to the
   * segment that they are in, which may be for a week.
   */
  private static final Duration SINCE = Duration.ofDays(1);

  /** Letters never expire, and may be large: of each partition as many are read at the start. */
  private static final long LETTERS_OF_A_PARTITION = 1_000;

  private static final Set<String> FOLLOWED =
      Set.of(Topics.PROGRESS.name(), Topics.OUTCOMES.name(), Topics.DEAD_LETTERS);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration LOOK_AFTER = Duration.ofSeconds(2);
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  private final Supplier<Consumer<byte[], byte[]>> consumers;
  private final LiveJobs jobs;
  private final LiveDeadLetters letters;
  private final MeterRegistry registry;
  private final Health.Component health;
  private final Clock clock;

  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Optional<Consumer<byte[], byte[]>> current = Optional.empty();
  private volatile Optional<String> stale = Optional.of("Kafka: not read to its end yet");

  LiveReader(
      Supplier<Consumer<byte[], byte[]>> consumers,
      LiveJobs jobs,
      LiveDeadLetters letters,
      MeterRegistry registry,
      Health.Component health,
      Clock clock) {
    this.consumers = consumers;
    this.jobs = jobs;
    this.letters = letters;
    this.registry = registry;
    this.health = health;
    this.clock = clock;
  }

  /** Why what is shown may be old; absent when it is not. */
  Optional<String> stale() {
    return stale;
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
          log.warn("The page cannot read Kafka, trying again in {}: {}", TRY_AGAIN, e.getMessage());
          log.debug("The page could not read Kafka", e);
          away(e);
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      if (stopped()) {
        log.debug("Kafka is no longer followed", e);
        return;
      }
      health.failed(e);
    }
  }

  private void follow(Consumer<byte[], byte[]> consumer) {
    var partitions = partitions(consumer);
    consumer.assign(partitions);
    var ends = consumer.endOffsets(partitions);
    seekToStart(consumer, ends.keySet());
    while (!stopped()
        && ends.entrySet().stream()
            .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(consumer);
    }
    here();
    var looked = Instant.now();
    while (!stopped()) {
      poll(consumer);
      if (Duration.between(looked, Instant.now()).compareTo(LOOK_AFTER) >= 0) {
        lookAfter(consumer);
        looked = Instant.now();
      }
    }
  }

  /** Signs of life and outcomes of a day, the newest dead letters. */
  private void seekToStart(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    var since = new HashMap<TopicPartition, Long>();
    var aDayAgo = Math.max(0, clock.instant().minus(SINCE).toEpochMilli());
    for (var topic : List.of(Topics.PROGRESS.name(), Topics.OUTCOMES.name())) {
      of(topic, partitions).forEach(partition -> since.put(partition, aDayAgo));
    }
    consumer
        .offsetsForTimes(since)
        .forEach(
            (partition, found) -> {
              if (found == null) {
                consumer.seekToEnd(List.of(partition));
              } else {
                consumer.seek(partition, found.offset());
              }
            });
    var letterPartitions = of(Topics.DEAD_LETTERS, partitions);
    var beginnings = consumer.beginningOffsets(letterPartitions);
    var older = false;
    for (var end : consumer.endOffsets(letterPartitions).entrySet()) {
      long beginning = beginnings.getOrDefault(end.getKey(), 0L);
      var from = end.getValue() - LETTERS_OF_A_PARTITION;
      consumer.seek(end.getKey(), Math.max(beginning, from));
      older |= from > beginning;
    }
    letters.restart(older);
  }

  private void poll(Consumer<byte[], byte[]> consumer) {
    for (var record : consumer.poll(POLL)) {
      try {
        apply(record);
      } catch (SerializationException e) {
        // Whoever works with the record makes a dead letter of it; a page only leaves it out.
        registry.counter("topiary.page.refused", "topic", record.topic()).increment();
        log.warn(
            "{}-{}@{} is left out of the page: {}",
            record.topic(),
            record.partition(),
            record.offset(),
            e.getMessage());
      }
    }
  }

  private void apply(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(Topics.DEAD_LETTERS)) {
      letters.add(record);
    } else if (record.value() == null) {
      Optional.ofNullable(record.key()).ifPresent(key -> jobs.remove(new String(key, UTF_8)));
    } else if (record.topic().equals(Topics.PROGRESS.name())) {
      jobs.add(Topics.PROGRESS.serde().decode(record.value()));
    } else {
      jobs.add(Topics.OUTCOMES.serde().decode(record.value()));
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
    Collection<TopicPartition> all = partitions(consumer);
    if (!consumer.assignment().containsAll(all)) {
      // Those it has keep their positions; new ones are read from their beginning.
      consumer.assign(all);
    }
  }

  private void here() {
    stale = Optional.empty();
    health.ready();
  }

  private void away(ApiException why) {
    stale = Optional.of("Kafka: " + why.getMessage());
    health.unready("Kafka: " + why.getMessage());
  }

  private static Collection<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    var partitions = new HashSet<TopicPartition>();
    for (var topic : FOLLOWED) {
      var known = Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of());
      if (known.isEmpty()) {
        throw new UnknownTopicOrPartitionException("There is no topic " + topic + ".");
      }
      known.forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
    }
    return partitions;
  }

  private static Collection<TopicPartition> of(
      String topic, Collection<TopicPartition> partitions) {
    return partitions.stream().filter(partition -> partition.topic().equals(topic)).toList();
  }

  private void pause() throws InterruptedException {
    var unused = stop.await(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }
}
