package io.topiary.runtime.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** All meters of a queue. */
final class QueueMeters {

  /** How a delivery ended. */
  enum Ending {
    DONE,
    HANDED_BACK,
    POISON,
    UNDECODABLE
  }

  private final MeterRegistry registry;
  private final String group;

  /** Slots that have a record in hand. */
  private final AtomicInteger busy = new AtomicInteger();

  /** Records not settled by any worker, as of the last look. */
  private final AtomicLong backlog = new AtomicLong();

  /** Locks that lapsed, or were taken away, while the job ran: another worker runs it, too. */
  final Counter lostLocks;

  /** Acceptances the broker refused, so that a settled record is delivered once more. */
  final Counter lateAccepts;

  /** Attempts repeated because something was away. */
  final Counter faults;

  QueueMeters(MeterRegistry registry, String group, int slots) {
    this.registry = registry;
    this.group = group;
    this.lostLocks = registry.counter("topiary.queue.locks.lost", "group", group);
    this.lateAccepts = registry.counter("topiary.queue.accepts.refused", "group", group);
    this.faults = registry.counter("topiary.queue.faults", "group", group);
    Gauge.builder("topiary.queue.busy", busy, AtomicInteger::get)
        .tag("group", group)
        .register(registry);
    Gauge.builder("topiary.queue.slots", () -> slots).tag("group", group).register(registry);
    Gauge.builder("topiary.queue.backlog", backlog, AtomicLong::get)
        .tag("group", group)
        .register(registry);
  }

  Timer.Sample begin() {
    busy.incrementAndGet();
    return Timer.start(registry);
  }

  void end() {
    busy.decrementAndGet();
  }

  void record(Timer.Sample sample, Ending ending) {
    sample.stop(
        registry.timer(
            "topiary.queue.jobs",
            "group",
            group,
            "outcome",
            ending.name().toLowerCase(Locale.ROOT)));
  }

  void backlog(long records) {
    backlog.set(records);
  }
}
