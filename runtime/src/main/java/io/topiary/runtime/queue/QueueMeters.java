package io.topiary.runtime.queue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
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

  /** Upper bounds for how long jobs take: from a network of seconds to one of a day. */
  private static final Duration[] DURATIONS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1),
    Duration.ofHours(4),
    Duration.ofDays(1)
  };

  private final MeterRegistry registry;
  private final String group;
  private final Map<Ending, Timer> jobs = new EnumMap<>(Ending.class);

  /** What the slots have in hand. */
  private final Set<InHand> inHand = ConcurrentHashMap.newKeySet();

  /** Records not settled by any worker, as of the last look. */
  private final AtomicLong backlog = new AtomicLong();

  /** Locks that lapsed, or were taken away, while the job ran: another worker runs it, too. */
  final Counter lostLocks;

  /** Acceptances the broker refused, so that a settled record is delivered once more. */
  final Counter lateAccepts;

  /** Attempts repeated because something was away. */
  final Counter faults;

  private final List<Gauge> gauges;

  /** All that can be counted is there from the start, as 0: a first failure is a step, then. */
  QueueMeters(MeterRegistry registry, String group, int slots) {
    this.registry = registry;
    this.group = group;
    this.lostLocks =
        counter("topiary.queue.locks.lost", "locks on records that lapsed while the job ran");
    this.lateAccepts =
        counter(
            "topiary.queue.accepts.refused",
            "acceptances that the broker refused, so that a settled record comes once more");
    this.faults = counter("topiary.queue.faults", "attempts repeated because something was away");
    for (var ending : Ending.values()) {
      jobs.put(ending, timer(ending));
    }
    this.gauges =
        List.of(
            gauge("topiary.queue.busy", "slots that have a record in hand", inHand::size)
                .register(registry),
            gauge("topiary.queue.slots", "records that are worked on side by side", () -> slots)
                .register(registry),
            gauge(
                    "topiary.queue.backlog",
                    "records of the group that no worker has settled, as any of them sees it",
                    backlog::get)
                .register(registry),
            gauge(
                    "topiary.queue.progress.age",
                    "time since that record in hand last moved which has stood still the longest;"
                        + " 0 when none is in hand",
                    this::progressAge)
                .baseUnit("seconds")
                .register(registry));
  }

  /** A slot takes a record in hand, until what is returned is closed. */
  InHand begin() {
    return new InHand();
  }

  void backlog(long records) {
    backlog.set(records);
  }

  /** A gauge holds on to what it shows, so it is taken away; what was counted stays. */
  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }

  private double progressAge() {
    var now = now();
    var oldest = inHand.stream().mapToLong(record -> now - record.moved).max().orElse(0);
    return (double) oldest / TimeUnit.SECONDS.toNanos(1);
  }

  private long now() {
    return registry.config().clock().monotonicTime();
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).tag("group", group).register(registry);
  }

  private Timer timer(Ending ending) {
    return Timer.builder("topiary.queue.jobs")
        .description("time from taking a record in hand to settling it, by how it was settled")
        .tag("group", group)
        .tag("outcome", ending.name().toLowerCase(Locale.ROOT))
        .serviceLevelObjectives(DURATIONS)
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> gauge(
      String name, String description, Supplier<Number> value) {
    return Gauge.builder(name, value).description(description).tag("group", group);
  }

  /** A record in a slot's hand. */
  final class InHand implements AutoCloseable {

    private final Timer.Sample sample = Timer.start(registry);
    private volatile long moved = now();

    private InHand() {
      inHand.add(this);
    }

    /** Its job is further than it was. */
    void moved() {
      moved = now();
    }

    void settled(Ending ending) {
      sample.stop(Objects.requireNonNull(jobs.get(ending)));
    }

    @Override
    public void close() {
      inHand.remove(this);
    }
  }
}
