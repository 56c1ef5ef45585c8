package io.topiary.cli.cancel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.schemas.Command;
import io.topiary.schemas.Control;
import io.topiary.schemas.Topics;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes to {@code topiary.controls}, and returns when the brokers have it. */
final class Controls implements AutoCloseable {

  private final RecordSender sender;

  /**
   * @throws io.topiary.runtime.StartException when Kafka's client refuses its settings
   */
  Controls(KafkaSettings kafka) {
    sender = new RecordSender("topiary-cli", kafka, new SimpleMeterRegistry());
  }

  /**
   * Orders that a job or a plan ends.
   *
   * @throws org.apache.kafka.common.KafkaException when it was not acknowledged
   */
  void cancel(String id, Instant at) throws InterruptedException {
    sender.send(Topics.CONTROLS, id, new Control(id, Command.CANCEL, at));
  }

  /**
   * Takes the order back.
   *
   * @throws org.apache.kafka.common.KafkaException when it was not acknowledged
   */
  void lift(String id) throws InterruptedException {
    sender.send(new ProducerRecord<>(Topics.CONTROLS.name(), id.getBytes(UTF_8), null));
  }

  @Override
  public void close() {
    sender.close();
  }
}
