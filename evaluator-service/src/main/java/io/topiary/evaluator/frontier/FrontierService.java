package io.topiary.evaluator.frontier;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.streams.CoPartitioning;
import io.topiary.runtime.streams.StreamsApplication;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.HostInfo;

/**
 * The frontier, running. Any number of them share the partitions, each in its own process, and each
 * answers for all.
 */
public final class FrontierService implements AutoCloseable {

  private static final String NAME = "topiary-frontier";

  private final StreamsApplication application;
  private final Replicas replicas;

  private FrontierService(StreamsApplication application, Replicas replicas) {
    this.application = application;
    this.replicas = replicas;
  }

  /**
   * Creates the topics that are missing, begins to aggregate, and answers on the telemetry's port.
   *
   * @throws StartException when no broker answers, when the configuration is refused, or when
   *     evaluations and checkpoints differ in their number of partitions
   */
  public static FrontierService start(
      FrontierConfig config, KafkaSettings kafka, Telemetry telemetry) throws InterruptedException {
    PipelineTopics.createMissing(kafka);
    var partitions =
        CoPartitioning.require(
            NAME + "-topics", kafka, List.of(Topics.EVALUATIONS, Topics.CHECKPOINTS));
    var self = config.advertised().orElseGet(() -> own(telemetry));
    var topology =
        FrontierTopology.build(new FrontierGauges(telemetry.registry()), telemetry.registry());
    var streams =
        StreamsApplication.create(
            NAME, topology, properties(config, self), FrontierConfig.STATE_DIRECTORY, kafka);
    var replicas = new Replicas(streams, self, partitions);
    var application = StreamsApplication.start(NAME, streams, kafka, telemetry);
    new FrontierPages(replicas).serve(telemetry);
    return new FrontierService(application, replicas);
  }

  /** Whether this replica holds the evaluation, so that its gauges and points tell of it. */
  public boolean knows(Evaluation evaluation) {
    try {
      var model = evaluation.getLineage().getModel();
      return replicas.holderOf(model).entrySet().stream()
          .filter(holder -> replicas.isSelf(holder.getKey()))
          .flatMap(holder -> replicas.views(holder.getValue()).stream())
          .anyMatch(
              view ->
                  replicas
                      .whenReady(() -> view.evaluation(model, evaluation.getCheckpointId()))
                      .isPresent());
    } catch (NotReadyException e) {
      return false;
    }
  }

  /** Leaves the partitions to other replicas; the pages answer that they cannot tell. */
  @Override
  public void close() {
    application.close();
  }

  /** What this service cannot do without counts before what is configured. */
  static Map<String, Object> properties(FrontierConfig config, HostInfo self) {
    var properties = new HashMap<>(StreamsApplication.properties(NAME, config.stateDirectory()));
    properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, Neighbours.text(self));
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SmallStores.class);
    return properties;
  }

  private static HostInfo own(Telemetry telemetry) {
    var address = telemetry.address();
    // Kafka's own form has no brackets.
    var host = address.getHost().replaceAll("[\\[\\]]", "");
    return new HostInfo(telemetry.servesEverywhere() ? hostName() : host, address.getPort());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
