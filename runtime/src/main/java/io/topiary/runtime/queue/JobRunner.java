package io.topiary.runtime.queue;

import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.queue.QueueMeters.Ending;
import io.topiary.runtime.telemetry.Health;
import io.topiary.schemas.Topic;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles one delivered record: runs its job, sends it to the dead letters, or sends it to its
 * topic again. Whatever takes its place has been acknowledged by the broker before the record may
 * be accepted, so a crash at any point costs at most a repetition.
 */
final class JobRunner<V extends SpecificRecord> {

  private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

  /** Something to be sent, as often as it takes. */
  @FunctionalInterface
  private interface Sending {
    void send() throws InterruptedException;
  }

  private final Topic<V> topic;
  private final JobHandler<V> handler;
  private final RecordSender sender;
  private final DeadLetters deadLetters;
  private final QueueMeters meters;
  private final Stop stop;
  private final int attemptLimit;
  private final int deliveryLimit;

  JobRunner(
      Topic<V> topic,
      JobHandler<V> handler,
      RecordSender sender,
      DeadLetters deadLetters,
      QueueMeters meters,
      Stop stop,
      int attemptLimit,
      int deliveryLimit) {
    this.topic = topic;
    this.handler = handler;
    this.sender = sender;
    this.deadLetters = deadLetters;
    this.meters = meters;
    this.stop = stop;
    this.attemptLimit = attemptLimit;
    this.deliveryLimit = deliveryLimit;
  }

  /**
   * Settles the record, however long that takes.
   *
   * @return how it was settled, so that it may be accepted; absent when the worker stops before
   */
  Optional<Ending> settle(ConsumerRecord<byte[], byte[]> record, Health.Component health)
      throws InterruptedException {
    V job;
    try {
      job = decode(record);
    } catch (SerializationException e) {
      log.warn("{} goes to the dead letters: {}", Deliveries.name(record), e.getMessage());
      return sent(health, Ending.UNDECODABLE, () -> deadLetters.send(record, e));
    }
    var context = Deliveries.context(record, stop);
    if (context.attempt() > attemptLimit) {
      var reason =
          "The job was given up after %d attempts without progress.".formatted(attemptLimit);
      return refuse(record, job, context, new JobRefusedException(reason), health);
    }
    if (context.deliveryCount() >= deliveryLimit) {
      log.info("{} is at its last delivery and is sent again", Deliveries.name(record));
      return sendAgain(record, context.attempt() - 1, health);
    }
    var result = work(job, context, health);
    if (result instanceof JobResult.Poison poison) {
      return refuse(record, job, context, poison.cause(), health);
    }
    if (result instanceof JobResult.HandedBack handedBack) {
      log.info("{} is handed back", Deliveries.name(record));
      return sendAgain(record, handedBack.progressed() ? 0 : context.attempt(), health);
    }
    if (result instanceof JobResult.Fault) {
      return sendAgain(record, context.attempt() - 1, health);
    }
    return Optional.of(Ending.DONE);
  }

  private V decode(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      throw new SerializationException(
          "The value should be a " + topic.type().getSimpleName() + ", but there is none");
    }
    return topic.serde().decode(record.value());
  }

  /** Works until there is a result other than a fault, or it is time to stop. */
  private JobResult work(V job, JobContext context, Health.Component health)
      throws InterruptedException {
    for (var faults = 1; ; faults++) {
      var result = attempt(job, context);
      if (!(result instanceof JobResult.Fault fault) || stopAfter(faults, fault.reason(), health)) {
        return result;
      }
    }
  }

  private JobResult attempt(V job, JobContext context) {
    try {
      return handler.handle(job, context);
    } catch (ApiException e) {
      return JobResult.fault("Kafka: " + e.getMessage());
    } catch (InterruptedException e) {
      // The queue no longer waits for the handler; there is just time to send the record again.
      return JobResult.handedBack(false);
    }
  }

  private Optional<Ending> refuse(
      ConsumerRecord<byte[], byte[]> record,
      V job,
      JobContext context,
      Exception why,
      Health.Component health)
      throws InterruptedException {
    var reason = String.valueOf(why.getMessage());
    log.warn("{} goes to the dead letters: {}", Deliveries.name(record), reason);
    return sent(
        health,
        Ending.POISON,
        () -> {
          handler.refuse(job, context, reason);
          deadLetters.send(record, why);
        });
  }

  /**
   * Puts an equal record into the queue. The broker gives a released record up, in silence, when it
   * has been delivered often enough; a record that is sent again starts afresh.
   */
  private Optional<Ending> sendAgain(
      ConsumerRecord<byte[], byte[]> record, int attempts, Health.Component health)
      throws InterruptedException {
    return sent(health, Ending.HANDED_BACK, () -> sender.send(Deliveries.again(record, attempts)));
  }

  private Optional<Ending> sent(Health.Component health, Ending ending, Sending sending)
      throws InterruptedException {
    for (var faults = 1; ; faults++) {
      try {
        sending.send();
        return Optional.of(ending);
      } catch (ApiException e) {
        if (stopAfter(faults, "Kafka: " + e.getMessage(), health)) {
          return Optional.empty();
        }
      }
    }
  }

  /** Says what is away, and pauses; tells whether it is time to stop. */
  private boolean stopAfter(int faults, String reason, Health.Component health)
      throws InterruptedException {
    log.warn("{}: trying again in {}: {}", topic.name(), Backoff.after(faults), reason);
    meters.faults.increment();
    health.unready(reason);
    return stop.signalledWithin(Backoff.after(faults));
  }
}
