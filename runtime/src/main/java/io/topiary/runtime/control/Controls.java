package io.topiary.runtime.control;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What {@code topiary.controls} says at this moment, for workers to ask as often as they like.
 *
 * <p>Every process that follows the topic reads all of it when it starts, before it takes its first
 * job. A record that is no control changes nothing, and is logged and counted; its dead letter is
 * the pruner's, as every worker would send another, and once more at every start. While the broker
 * is away, what was read last holds.
 */
public final class Controls implements AutoCloseable {

  private static final Duration READ_WITHIN = Duration.ofMinutes(1);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private static final Map<String, Object> DEFAULTS =
      Map.of(
          ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
          ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);

  private final ControlsReader reader;
  private final Thread thread;

  private Controls(ControlsReader reader, Thread thread) {
    this.reader = reader;
    this.thread = thread;
  }

  /**
   * Reads the topic to its end, and follows it from there.
   *
   * @param client what the service calls itself towards the broker
   * @throws StartException when the topic cannot be read
   */
  public static Controls follow(String client, KafkaSettings kafka, Telemetry telemetry)
      throws InterruptedException {
    var name = client + "-controls";
    var reader =
        new ControlsReader(
            () -> consumer(name, kafka), telemetry.registry(), telemetry.health().component(name));
    var thread = new Thread(reader, name);
    thread.setDaemon(true);
    var controls = new Controls(reader, thread);
    try {
      thread.start();
      controls.awaitReady();
      return controls;
    } catch (RuntimeException | InterruptedException e) {
      controls.close();
      throw e;
    }
  }

  /** Whether somebody wants the job or the plan of that id to end. */
  public boolean cancelled(String id) {
    return reader.commands().cancelled(id);
  }

  @Override
  public void close() {
    reader.stop();
    try {
      thread.join(STOP_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReady() throws InterruptedException {
    try {
      reader.ready().get(READ_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new StartException(
          "The topic %s should be read to its end before the first job, but the brokers did not let it be read within %s."
              .formatted(Topics.CONTROLS.name(), READ_WITHIN),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StartException mistake) {
        throw mistake;
      }
      throw new IllegalStateException("Controls cannot be read: " + e.getCause(), e.getCause());
    }
  }

  private static Consumer<byte[], byte[]> consumer(String name, KafkaSettings kafka) {
    return kafka
        .with(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false")
        .with(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")
        .with(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
        .with(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
        .client(
            name,
            DEFAULTS,
            properties ->
                new KafkaConsumer<>(
                    properties, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
  }
}
