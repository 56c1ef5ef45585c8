package io.topiary.runtime.queue;

import io.topiary.runtime.StartException;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.telemetry.Health;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topic;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic as a queue of long jobs, worked on by a Kafka share group.
 *
 * <p>Each slot takes one record at a time and keeps it locked for as long as its job runs. The
 * record is accepted when the job's result is committed and sent, or when what takes the record's
 * place has been acknowledged by the broker: its dead letter, or an equal record for another
 * attempt. A worker that dies lets the lock lapse, and the job starts elsewhere; a worker that is
 * closed hands its jobs back. Attempts that made no progress are counted in a header, and too many
 * of them are poison; one that got further than the record says, killed or not, starts the count
 * afresh.
 *
 * @see <a
 *     href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka">KIP-932,
 *     Queues for Kafka</a>
 * @see <a
 *     href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-1222%3A+Acquisition+lock+timeout+renewal+in+share+consumer+explicit+mode">KIP-1222,
 *     Acquisition lock renewal</a>
 */
public final class JobQueue implements AutoCloseable {

  /** Header of a record that was sent again: how many attempts it has seen without progress. */
  public static final String ATTEMPTS_HEADER = "topiary.attempts";

  /** Header of a record that was sent again: how far the job was then, by its handler's measure. */
  public static final String PROGRESS_HEADER = "topiary.progress";

  private static final Logger log = LoggerFactory.getLogger(JobQueue.class);

  static final Duration LOOK_AFTER = Duration.ofSeconds(10);

  /** What interrupted handlers and leaving consumers may take beyond the time for handing back. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final JobQueueSettings settings;
  private final ShareGroup group;
  private final QueueMeters meters;
  private final RecordSender sender;

  /** What the queue stands on, closed after its threads. */
  private final Resources resources;

  private final Stop stop = new Stop();
  private final ExecutorService slots;
  private final ExecutorService jobs;
  private final ScheduledExecutorService watch;

  private JobQueue(
      JobQueueSettings settings, KafkaSettings kafka, Telemetry telemetry, Resources resources)
      throws InterruptedException {
    this.settings = settings;
    this.resources = resources;
    this.group = resources.own(ShareGroup.prepare(settings.group(), kafka));
    this.sender = resources.own(new RecordSender(settings.group(), kafka, telemetry.registry()));
    this.meters =
        resources.own(new QueueMeters(telemetry.registry(), settings.group(), settings.slots()));
    this.slots = Executors.newFixedThreadPool(settings.slots(), threads("slot"));
    this.jobs = Executors.newFixedThreadPool(settings.slots(), threads("job"));
    this.watch = Executors.newSingleThreadScheduledExecutor(threads("watch"));
  }

  /**
   * Starts working on the topic's records.
   *
   * @param handler makes what works on the jobs, given what it may send records with
   * @throws StartException when the broker cannot be reached, or has no share groups
   */
  public static <V extends SpecificRecord> JobQueue start(
      Topic<V> topic,
      JobQueueSettings settings,
      KafkaSettings kafka,
      Telemetry telemetry,
      Function<RecordSender, JobHandler<V>> handler)
      throws InterruptedException {
    var resources = new Resources();
    try {
      var queue = new JobQueue(settings, kafka, telemetry, resources);
      queue.work(topic, kafka, telemetry, handler.apply(queue.sender));
      return queue;
    } catch (RuntimeException | InterruptedException e) {
      resources.close();
      throw e;
    }
  }

  private <V extends SpecificRecord> void work(
      Topic<V> topic, KafkaSettings kafka, Telemetry telemetry, JobHandler<V> handler) {
    var deadLetters = new DeadLetters(settings.group(), sender, telemetry.registry(), topic);
    var limits = new JobRunner.Limits(settings.attempts(), group.deliveryLimit());
    for (var i = 1; i <= settings.slots(); i++) {
      var name = settings.group() + "-" + i;
      var health = telemetry.health().component(name);
      var patience = new Patience(stop, meters, health);
      slots.execute(
          new Slot(
              () ->
                  new QueueConsumer(
                      topic.name(), settings.group(), name, kafka, telemetry.registry()),
              new JobRunner<>(topic, handler, sender, deadLetters, limits, patience),
              jobs,
              meters,
              patience,
              health,
              stop));
    }
    var broker = telemetry.health().component(settings.group() + " broker");
    var unused =
        watch.scheduleWithFixedDelay(
            () -> lookAfter(topic.name(), broker), 0, LOOK_AFTER.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Takes no more jobs, lets the running ones hand back their work, and leaves the group. */
  @Override
  public void close() {
    stop.signal();
    watch.shutdownNow();
    slots.shutdown();
    try {
      if (!slots.awaitTermination(settings.stopWithin().toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("Jobs of {} do not stop, and are interrupted", settings.group());
        jobs.shutdownNow();
        if (!slots.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
          log.error("Jobs of {} go on until the process ends", settings.group());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    jobs.shutdown();
    resources.close();
  }

  /** Shows the topic's backlog, and deletes what is settled where nobody else wants it. */
  private void lookAfter(String topic, Health.Component broker) {
    try {
      meters.backlog(group.backlog(topic));
      broker.ready();
      if (settings.owner()) {
        deleteSettled(topic);
      }
    } catch (ExecutionException e) {
      broker.unready("Kafka: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      broker.failed(e);
    }
  }

  /** Settled records do no harm where they are, so another time is as good as this. */
  private void deleteSettled(String topic) throws InterruptedException {
    try {
      group.deleteSettled(topic);
    } catch (ExecutionException e) {
      log.warn("Settled records of {} cannot be deleted: {}", topic, e.getMessage());
    }
  }

  private ThreadFactory threads(String what) {
    var number = new AtomicInteger();
    return task -> {
      var thread = new Thread(task, settings.group() + "-" + what + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
