package io.topiary.runtime.queue;

import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.queue.QueueMeters.Ending;
import io.topiary.schemas.Topic;
import io.topiary.sparsity.InvalidInputException;
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
    /** Yields how that settles the record. */
    Ending send() throws InterruptedException;
  }

  /**
   * How often is enough.
   *
   * @param attempts attempts without progress that a job is granted
   * @param deliveries deliveries after which the broker gives a record up without a word
   */
  record Limits(int attempts, int deliveries) {

    /**
     * Whether a record should be sent again rather than worked on: one delivery before the last, so
     * that one is left for a worker that dies meanwhile. The first is always worked on.
     */
    boolean spent(int delivery) {
      return delivery > 1 && delivery >= deliveries - 1;
    }
  }

  private final Topic<V> topic;
  private final JobHandler<V> handler;
  private final RecordSender sender;
  private final DeadLetters deadLetters;
  private final Limits limits;
  private final Patience patience;

  JobRunner(
      Topic<V> topic,
      JobHandler<V> handler,
      RecordSender sender,
      DeadLetters deadLetters,
      Limits limits,
      Patience patience) {
    this.topic = topic;
    this.handler = handler;
    this.sender = sender;
    this.deadLetters = deadLetters;
    this.limits = limits;
    this.patience = patience;
  }

  /**
   * Settles the record, however long that takes.
   *
   * @return how it was settled, so that it may be accepted; absent when the worker stops before
   */
  Optional<Ending> settle(ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
    V job;
    try {
      job = decode(record);
    } catch (RuntimeException e) {
      // Whatever a decoder thinks of such bytes: they are at fault, not this process.
      log.warn("{} goes to the dead letters: {}", Deliveries.name(record), e.getMessage());
      return sent(
          () -> {
            deadLetters.send(record, e);
            return Ending.UNDECODABLE;
          });
    }
    var spent = limits.spent(record.deliveryCount().orElse((short) 1));
    var reached = reached(job, !spent);
    if (reached.isEmpty()) {
      log.info("{} is sent again as it came", Deliveries.name(record));
      return sendAgain(record, Deliveries.attempts(record), 0);
    }
    var context = Deliveries.context(record, reached.get(), patience::stopping, patience::rewarded);
    if (spent) {
      log.info(
          "{} was delivered {} times and is sent again",
          Deliveries.name(record),
          context.deliveryCount());
      return sendAgain(record, context.attempt() - 1, reached.get());
    }
    return settle(record, job, context, reached.get());
  }

  private Optional<Ending> settle(
      ConsumerRecord<byte[], byte[]> record, V job, JobContext context, long reached)
      throws InterruptedException {
    var result = work(job, context);
    if (result instanceof JobResult.Poison poison) {
      return refuse(record, job, context, poison.cause());
    }
    if (result instanceof JobResult.HandedBack handedBack) {
      log.info("{} is handed back", Deliveries.name(record));
      return sendAgain(record, handedBack.progressed() ? 0 : context.attempt(), reached);
    }
    if (result instanceof JobResult.Fault) {
      log.info("{} is handed back", Deliveries.name(record));
      return sendAgain(record, context.attempt() - 1, reached);
    }
    return Optional.of(result instanceof JobResult.Cancelled ? Ending.CANCELLED : Ending.DONE);
  }

  /**
   * How far the job is; absent when the store is away and it is no time to wait for it. As nothing
   * is known of the attempts then, none of them is counted.
   */
  private Optional<Long> reached(V job, boolean patient) throws InterruptedException {
    for (var faults = 1; ; faults++) {
      try {
        return Optional.of(handler.progress(job));
      } catch (ArtifactException e) {
        if (!patient || !patience.lasts(faults, String.valueOf(e.getMessage()))) {
          return Optional.empty();
        }
      }
    }
  }

  private V decode(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      throw new SerializationException(
          "The value should be a " + topic.type().getSimpleName() + ", but there is none");
    }
    return topic.serde().decode(record.value());
  }

  /** Works until there is a result other than a fault, or the worker is stopping. */
  private JobResult work(V job, JobContext context) throws InterruptedException {
    for (var faults = 1; ; faults++) {
      var result = attempt(job, context);
      if (!(result instanceof JobResult.Fault fault)) {
        patience.rewarded();
        return result;
      }
      if (!patience.lasts(faults, fault.reason())) {
        return result;
      }
    }
  }

  private JobResult attempt(V job, JobContext context) {
    try {
      if (handler.sendAgain(job, context)) {
        return JobResult.done();
      }
      if (context.attempt() > limits.attempts()) {
        return JobResult.poison(
            "The job was given up after %d attempts without progress."
                .formatted(limits.attempts()));
      }
      return handler.handle(job, context);
    } catch (InvalidInputException | CorruptArtifactException | JobRefusedException e) {
      return JobResult.poison(e);
    } catch (ArtifactException | ApiException e) {
      return JobResult.fault(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      // The queue no longer waits for the handler; there is just time to send the record again.
      return JobResult.handedBack(false);
    }
  }

  private Optional<Ending> refuse(
      ConsumerRecord<byte[], byte[]> record, V job, JobContext context, Exception why)
      throws InterruptedException {
    var reason = String.valueOf(why.getMessage());
    return sent(
        () -> {
          if (!handler.refuse(job, context, reason)) {
            return Ending.DONE;
          }
          log.warn("{} goes to the dead letters: {}", Deliveries.name(record), reason);
          deadLetters.send(record, why);
          return Ending.POISON;
        });
  }

  /**
   * Puts an equal record into the queue. The broker gives a released record up, in silence, when it
   * has been delivered often enough; a record that is sent again starts afresh.
   */
  private Optional<Ending> sendAgain(
      ConsumerRecord<byte[], byte[]> record, int attempts, long reached)
      throws InterruptedException {
    return sent(
        () -> {
          sender.send(Deliveries.again(record, attempts, reached));
          return Ending.HANDED_BACK;
        });
  }

  private Optional<Ending> sent(Sending sending) throws InterruptedException {
    for (var faults = 1; ; faults++) {
      try {
        var ending = sending.send();
        patience.rewarded();
        return Optional.of(ending);
      } catch (ArtifactException | ApiException e) {
        if (!patience.lasts(faults, String.valueOf(e.getMessage()))) {
          return Optional.empty();
        }
      }
    }
  }
}
