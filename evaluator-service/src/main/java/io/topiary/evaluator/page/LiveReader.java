package io.topiary.evaluator.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.runtime.kafka.TopicFollower;
import io.topiary.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes in signs of life, outcomes and dead letters. */
final class LiveReader implements TopicFollower.Reader {

  private static final Logger log = LoggerFactory.getLogger(LiveReader.class);

  /**
   * Who is silent for longer is not alive, and older outcomes belong to jobs that nobody shows.
   * Signs of life should not stay for longer, but do as long as the broker still appends to the
   * segment that they are in, which may be for a week.
   */
  private static final Duration SINCE = Duration.ofDays(1);

  /** Letters never expire, and may be large: of each partition as many are read at the start. */
  private static final long LETTERS_OF_A_PARTITION = 1_000;

  static final Set<String> FOLLOWED =
      Set.of(Topics.PROGRESS.name(), Topics.OUTCOMES.name(), Topics.DEAD_LETTERS);

  private final LiveJobs jobs;
  private final LiveDeadLetters letters;
  private final MeterRegistry registry;
  private final Clock clock;

  LiveReader(LiveJobs jobs, LiveDeadLetters letters, MeterRegistry registry, Clock clock) {
    this.jobs = jobs;
    this.letters = letters;
    this.registry = registry;
    this.clock = clock;
    // From the start, as 0: the first that is refused is a step, then.
    FOLLOWED.forEach(topic -> refusals(registry, topic));
  }

  /** Signs of life and outcomes of a day, the newest dead letters. */
  @Override
  public void begin(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
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

  @Override
  public void apply(ConsumerRecord<byte[], byte[]> record) {
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

  /** Whoever works with the record makes a dead letter of it; a page only leaves it out. */
  @Override
  public void refused(ConsumerRecord<byte[], byte[]> record, SerializationException why) {
    refusals(registry, record.topic()).increment();
    log.warn(
        "{}-{}@{} is left out of the page: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        why.getMessage());
  }

  private static Counter refusals(MeterRegistry registry, String topic) {
    return Counter.builder("topiary.page.refused")
        .description("records that the page leaves out, as it cannot read them")
        .tag("topic", topic)
        .register(registry);
  }

  private static Collection<TopicPartition> of(
      String topic, Collection<TopicPartition> partitions) {
    return partitions.stream().filter(partition -> partition.topic().equals(topic)).toList();
  }
}
