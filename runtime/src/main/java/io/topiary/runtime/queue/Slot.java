package io.topiary.runtime.queue;

import io.topiary.runtime.queue.QueueMeters.Ending;
import io.topiary.runtime.telemetry.Health;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.ApiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job at a time: takes a record from the queue, has it settled on another thread, renews its
 * lock meanwhile, and accepts it.
 *
 * <p>A share consumer serves one thread, and hands out nothing while a record it has handed out is
 * open. So each slot has a consumer of its own: slots never wait for each other, and a slow one
 * holds nothing but its own record.
 */
final class Slot implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Slot.class);

  /** Renewals in the time that a lock lasts; a late one does no harm yet. */
  private static final int RENEWALS = 3;

  private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

  private final Supplier<QueueConsumer> consumers;
  private final JobRunner<?> runner;
  private final ExecutorService jobs;
  private final QueueMeters meters;
  private final Patience patience;
  private final Health.Component health;
  private final Stop stop;

  Slot(
      Supplier<QueueConsumer> consumers,
      JobRunner<?> runner,
      ExecutorService jobs,
      QueueMeters meters,
      Patience patience,
      Health.Component health,
      Stop stop) {
    this.consumers = consumers;
    this.runner = runner;
    this.jobs = jobs;
    this.meters = meters;
    this.patience = patience;
    this.health = health;
    this.stop = stop;
  }

  @Override
  public void run() {
    try {
      while (!stop.signalled()) {
        try (var consumer = consumers.get()) {
          work(consumer);
        } catch (ApiException e) {
          log.warn("The queue cannot be read, trying again in {}", TRY_AGAIN, e);
          health.unready("Kafka: " + e.getMessage());
          if (stop.signalledWithin(TRY_AGAIN)) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      health.failed(e);
    }
  }

  /** Works until it is time to stop, or the consumer has lost a record and is to be replaced. */
  private void work(QueueConsumer consumer) throws InterruptedException {
    var intact = true;
    while (intact && !stop.signalled()) {
      var record = consumer.poll();
      health.ready();
      if (record.isPresent()) {
        intact = settle(consumer, record.get());
      }
    }
  }

  private boolean settle(QueueConsumer consumer, ConsumerRecord<byte[], byte[]> record)
      throws InterruptedException {
    try (var inHand = meters.begin()) {
      patience.of(inHand);
      var settling = jobs.submit(() -> runner.settle(record));
      var held = true;
      while (!isDoneWithin(consumer.lock().dividedBy(RENEWALS), settling)) {
        if (held && !consumer.renew(record)) {
          // The job goes on: it is further than whoever gets it next, and the commit point lets the
          // first result win.
          held = false;
          meters.lostLocks.increment();
        }
      }
      var ending = ending(settling);
      ending.ifPresent(inHand::settled);
      return held && ending.isPresent() && accept(consumer, record);
    }
  }

  private boolean accept(QueueConsumer consumer, ConsumerRecord<byte[], byte[]> record) {
    var accepted = consumer.accept(record);
    if (!accepted) {
      meters.lateAccepts.increment();
    }
    return accepted;
  }

  private static boolean isDoneWithin(Duration duration, Future<?> settling)
      throws InterruptedException {
    try {
      settling.get(duration.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private static Optional<Ending> ending(Future<Optional<Ending>> settling)
      throws InterruptedException {
    try {
      return settling.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        return Optional.empty();
      }
      throw new IllegalStateException("A job ended in a bug: " + e.getCause(), e.getCause());
    }
  }
}
