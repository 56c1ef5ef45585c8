package io.topiary.runtime.queue;

import io.topiary.runtime.telemetry.Health;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for what is away to come back, and says what it is waiting for until {@link #rewarded()}.
 */
final class Patience {

  private static final Logger log = LoggerFactory.getLogger(Patience.class);

  private final Stop stop;
  private final QueueMeters meters;
  private final Health.Component health;
  private volatile Optional<QueueMeters.InHand> inHand = Optional.empty();

  Patience(Stop stop, QueueMeters meters, Health.Component health) {
    this.stop = stop;
    this.meters = meters;
    this.health = health;
  }

  /** What is waited with, and for, from now on. */
  void of(QueueMeters.InHand record) {
    inHand = Optional.of(record);
  }

  /** Whether the worker is stopping. */
  boolean stopping() {
    return stop.signalled();
  }

  /**
   * Waits, the longer the more faults there were in a row; false when the worker is stopping and
   * there is no more time to wait.
   */
  boolean lasts(int faults, String reason) throws InterruptedException {
    log.warn("{} Trying again in {}.", reason, Backoff.after(faults));
    meters.faults.increment();
    health.unready(reason);
    return !stop.signalledWithin(Backoff.after(faults));
  }

  /** Nothing is away any more, and the work goes on. */
  void rewarded() {
    health.ready();
    inHand.ifPresent(QueueMeters.InHand::moved);
  }
}
