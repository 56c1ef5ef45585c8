package io.topiary.runtime.control;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.TopicFollower;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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

  private final ControlsReader reader;
  private final TopicFollower follower;

  private Controls(ControlsReader reader, TopicFollower follower) {
    this.reader = reader;
    this.follower = follower;
  }

  /**
   * Reads the topic to its end, and follows it from there.
   *
   * @param client what the service calls itself towards the broker
   * @throws StartException when the topic cannot be read
   */
  public static Controls follow(String client, KafkaSettings kafka, Telemetry telemetry)
      throws InterruptedException {
    var reader = new ControlsReader(telemetry.registry());
    var topics = Set.of(Topics.CONTROLS.name());
    var controls =
        new Controls(
            reader, TopicFollower.start(client + "-controls", topics, reader, kafka, telemetry));
    try {
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
    follower.close();
  }

  private void awaitReady() throws InterruptedException {
    try {
      follower.ready().get(READ_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
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
}
