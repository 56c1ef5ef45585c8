package io.topiary.pruner;

import static java.util.Map.entry;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Health;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pruner, running. Any number of them share the work, each in its own process. */
public final class PrunerService implements AutoCloseable {

  private static final String NAME = "topiary-pruner";

  /** Shorter than the time that a stopping process is given. */
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

  /** A broker that is away is waited for; the default takes it for a bug after five minutes. */
  private static final Duration OUTAGE = Duration.ofDays(3_650);

  private static final Logger log = LoggerFactory.getLogger(PrunerService.class);

  private final Resources resources;

  private PrunerService(Resources resources) {
    this.resources = resources;
  }

  /**
   * Creates the topics that are missing and begins to work.
   *
   * @throws StartException when no broker answers, when the configuration is refused, when topics
   *     that are joined differ in their partitions, or when the brokers allow no transaction as
   *     long as the longest pruning
   */
  public static PrunerService start(
      PrunerConfig config, ArtifactStore artifacts, KafkaSettings kafka, Telemetry telemetry)
      throws InterruptedException {
    PipelineTopics.createMissing(kafka);
    CoPartitioning.require(kafka);
    TransactionLimit.require(kafka, config.longestPruning());
    var backlog = new Backlog();
    var topology =
        PrunerTopology.build(
            new PhasePruner(artifacts),
            backlog,
            new PrunerMeters(telemetry.registry(), backlog),
            new ArtifactFaults(telemetry.health().component(NAME + "-artifacts")),
            config.patience());

    var resources = new Resources();
    try {
      var streams = streams(config, kafka, topology);
      resources.own(() -> close(streams));
      resources.own(new KafkaStreamsMetrics(streams)).bindTo(telemetry.registry());
      report(streams, telemetry.health().component(NAME));
      var broker = NAME + " broker";
      resources.own(
          BrokerWatch.start(NAME + "-watch", kafka, telemetry.health().component(broker)));
      streams.start();
      return new PrunerService(resources);
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  @Override
  public void close() {
    resources.close();
  }

  /** What this service cannot do without counts before what is configured. */
  static Map<String, Object> properties(PrunerConfig config) {
    var longestPruning = Math.toIntExact(config.longestPruning().toMillis());
    return Map.ofEntries(
        entry(StreamsConfig.APPLICATION_ID_CONFIG, NAME),
        entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
        entry(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true),
        entry(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, PoisonHandler.class),
        entry(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, Topics.DEAD_LETTERS),
        entry(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString()),
        entry(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads()),
        entry(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, OUTAGE.toMillis()),
        entry(
            StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
            Topics.LARGEST_DEAD_LETTER),
        entry(
            StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
            longestPruning),
        // A look at the time after every record: else hundreds may go into one transaction.
        entry(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1),
        // Kafka Streams looks up from its work once half of this has gone by.
        entry(
            StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
            Math.multiplyExact(3, longestPruning)));
  }

  static KafkaStreams streams(PrunerConfig config, KafkaSettings kafka, Topology topology) {
    return kafka.client(
        NAME,
        Map.of(),
        configured -> {
          var all = new Properties();
          all.putAll(configured);
          all.putAll(properties(config));
          try {
            return new KafkaStreams(topology, all);
          } catch (StreamsException e) {
            throw new StartException(
                "The folder %s cannot hold the pruner's state: %s; %s should name one that can be written and that no other pruner uses."
                    .formatted(
                        config.stateDirectory(),
                        e.getMessage(),
                        PrunerConfig.STATE_DIRECTORY.name()),
                e);
          }
        });
  }

  private static void report(KafkaStreams streams, Health.Component health) {
    streams.setStateListener(
        (now, before) -> {
          switch (now) {
            case RUNNING, REBALANCING -> health.ready();
            case PENDING_SHUTDOWN, NOT_RUNNING -> health.unready("Kafka Streams is " + now);
            // Health knows the bug already.
            case CREATED, PENDING_ERROR, ERROR -> {}
          }
        });
    streams.setUncaughtExceptionHandler(
        thrown -> {
          if (Outages.isOutage(thrown)) {
            log.warn("A thread of the pruner begins anew, as no broker answered in time", thrown);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          }
          log.error("The pruner stops because of a bug", thrown);
          var wrapped = thrown instanceof StreamsException ? thrown.getCause() : null;
          health.failed(wrapped == null ? thrown : wrapped);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
  }

  /** Leaves the group, so that others need not wait for it to time out. */
  private static void close(KafkaStreams streams) {
    var options =
        CloseOptions.timeout(CLOSE_WITHIN)
            .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(options)) {
      log.error("Kafka Streams did not stop within {}", CLOSE_WITHIN);
    }
  }
}
