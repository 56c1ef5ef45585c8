package io.topiary.pruner;

import io.topiary.pruner.pruning.PhasePruner;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.MeteredArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.streams.CoPartitioning;
import io.topiary.runtime.streams.StreamsApplication;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/** The pruner, running. Any number of them share the work, each in its own process. */
public final class PrunerService implements AutoCloseable {

  private static final String NAME = "topiary-pruner";

  private final StreamsApplication application;

  private PrunerService(StreamsApplication application) {
    this.application = application;
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
    CoPartitioning.require(NAME + "-topics", kafka, List.of(Topics.CHECKPOINTS, Topics.OUTCOMES));
    TransactionLimit.require(kafka, config.longestPruning());
    var backlog = new Backlog();
    var topology =
        PrunerTopology.build(
            new PhasePruner(new MeteredArtifactStore(artifacts, telemetry.registry())),
            backlog,
            new PrunerMeters(telemetry.registry(), backlog),
            new ArtifactFaults(telemetry.health().component(NAME + "-artifacts")),
            config.patience());

    return new PrunerService(
        StreamsApplication.start(NAME, streams(config, kafka, topology), kafka, telemetry));
  }

  @Override
  public void close() {
    application.close();
  }

  /** What this service cannot do without counts before what is configured. */
  static Map<String, Object> properties(PrunerConfig config) {
    var longestPruning = Math.toIntExact(config.longestPruning().toMillis());
    var properties = new HashMap<>(StreamsApplication.properties(NAME, config.stateDirectory()));
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), longestPruning);
    // A look at the time after every record: else hundreds may go into one transaction.
    properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1);
    // Kafka Streams looks up from its work once half of this has gone by.
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
        Math.multiplyExact(3, longestPruning));
    return properties;
  }

  static KafkaStreams streams(PrunerConfig config, KafkaSettings kafka, Topology topology) {
    return StreamsApplication.create(
        NAME, topology, properties(config), PrunerConfig.STATE_DIRECTORY, kafka);
  }
}
