package io.topiary.runtime.streams;

import static java.util.Map.entry;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.config.Setting;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Health;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
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

/**
 * A topology, running: with exactly-once processing and a dead letter for every {@link
 * PoisonException}. It waits for brokers that are away, says so in its health, and ends because of
 * a bug. When it is closed it leaves its group, so that others take over at once.
 */
public final class StreamsApplication implements AutoCloseable {

  /** Shorter than the time that a stopping process is given. */
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

  /** A broker that is away is waited for; the default takes it for a bug after five minutes. */
  private static final Duration OUTAGE = Duration.ofDays(3_650);

  private static final Logger log = LoggerFactory.getLogger(StreamsApplication.class);

  private final Resources resources;

  private StreamsApplication(Resources resources) {
    this.resources = resources;
  }

  /**
   * What every application goes by, whatever is configured.
   *
   * @param name the application's id
   */
  public static Map<String, Object> properties(String name, Path stateDirectory) {
    return Map.ofEntries(
        entry(StreamsConfig.APPLICATION_ID_CONFIG, name),
        entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
        entry(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true),
        entry(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, PoisonHandler.class),
        entry(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, Topics.DEAD_LETTERS),
        entry(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString()),
        entry(StreamsConfig.TASK_TIMEOUT_MS_CONFIG, OUTAGE.toMillis()),
        entry(
            StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
            Topics.LARGEST_DEAD_LETTER));
  }

  /**
   * The application, not yet running.
   *
   * @param properties what the service cannot do without; it counts before what is configured
   * @param stateDirectory the setting that names the folder of its state
   * @throws StartException when the configuration is refused, or the folder cannot be used
   */
  public static KafkaStreams create(
      String name,
      Topology topology,
      Map<String, Object> properties,
      Setting<Path> stateDirectory,
      KafkaSettings kafka) {
    return kafka.client(
        name,
        Map.of(),
        configured -> {
          var all = new Properties();
          all.putAll(configured);
          all.putAll(properties);
          try {
            return new KafkaStreams(topology, all);
          } catch (StreamsException e) {
            throw new StartException(
                "The folder %s cannot hold the state of %s: %s; %s should name one that can be written and that no other process uses."
                    .formatted(
                        all.get(StreamsConfig.STATE_DIR_CONFIG),
                        name,
                        e.getMessage(),
                        stateDirectory.name()),
                e);
          }
        });
  }

  /** Begins to work, and reports under the name; closes the application when it cannot. */
  public static StreamsApplication start(
      String name, KafkaStreams streams, KafkaSettings kafka, Telemetry telemetry) {
    var resources = new Resources();
    try {
      resources.own(() -> close(name, streams));
      resources.own(new KafkaStreamsMetrics(streams)).bindTo(telemetry.registry());
      resources.own(new StreamsState(name, streams, telemetry.registry()));
      report(name, streams, telemetry.health().component(name));
      var broker = telemetry.health().component(name + " broker");
      resources.own(BrokerWatch.start(name + "-watch", kafka, broker));
      streams.start();
      return new StreamsApplication(resources);
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
  }

  @Override
  public void close() {
    resources.close();
  }

  private static void report(String name, KafkaStreams streams, Health.Component health) {
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
            log.warn("A thread of {} begins anew, as no broker answered in time", name, thrown);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          }
          log.error("{} stops because of a bug", name, thrown);
          var wrapped = thrown instanceof StreamsException ? thrown.getCause() : null;
          health.failed(wrapped == null ? thrown : wrapped);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
  }

  /** Leaves the group, so that others need not wait for it to time out. */
  private static void close(String name, KafkaStreams streams) {
    var options =
        CloseOptions.timeout(CLOSE_WITHIN)
            .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(options)) {
      log.error("{} did not stop within {}", name, CLOSE_WITHIN);
    }
  }
}
