package io.topiary.runtime.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** All meters of a queue. */
final class QueueMeters implements AutoCloseable {

  /** How a delivery ended. */
  enum Ending {
    DONE,
    CANCELLED,
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

  private final List<Gauge> gauges;

  QueueMeters(MeterRegistry registry, String group, int slots) {
    this.registry = registry;
    this.group = group;
    this.lostLocks = registry.counter("topiary.queue.locks.lost", "group", group);
    this.lateAccepts = registry.counter("topiary.queue.accepts.refused", "group", group);
    this.faults = registry.counter("topiary.queue.faults", "group", group);
    this.gauges =
        List.of(
            gauge("topiary.queue.busy", busy::get),
            gauge("topiary.queue.slots", () -> slots),
            gauge("topiary.queue.backlog", backlog::get));
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

  /** A gauge holds on to what it shows, so it is taken away; what was counted stays. */
  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }

  private Gauge gauge(String name, Supplier<Number> value) {
    return Gauge.builder(name, value).tag("group", group).register(registry);
  }
}
