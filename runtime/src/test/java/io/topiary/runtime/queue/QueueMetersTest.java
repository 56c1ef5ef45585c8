package io.topiary.runtime.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.runtime.queue.QueueMeters.Ending;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class QueueMetersTest {

  private final MockClock clock = new MockClock();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
  private final QueueMeters meters = new QueueMeters(registry, "trainers", 2);

  @Test
  void shouldTellForHowLongTheSlowestRecordHasStoodStill() {
    // Given two records in hand
    assertThat(gauge("topiary.queue.progress.age")).isZero();
    var first = meters.begin();
    clock.add(10, SECONDS);
    var second = meters.begin();
    clock.add(5, SECONDS);

    // When, Then
    assertThat(gauge("topiary.queue.busy")).isEqualTo(2);
    assertThat(gauge("topiary.queue.progress.age")).isEqualTo(15);
    first.moved();
    assertThat(gauge("topiary.queue.progress.age")).isEqualTo(5);
    second.close();
    assertThat(gauge("topiary.queue.progress.age")).isZero();
    first.close();
    clock.add(1, SECONDS);
    assertThat(gauge("topiary.queue.progress.age")).isZero();
    assertThat(gauge("topiary.queue.busy")).isZero();
  }

  @Test
  void shouldCountWhatHasNeverHappenedAsNone() {
    // Then
    for (var ending : Ending.values()) {
      assertThat(jobs(ending)).isZero();
    }

    // When
    try (var record = meters.begin()) {
      record.settled(Ending.POISON);
    }

    // Then
    assertThat(jobs(Ending.POISON)).isEqualTo(1);
    assertThat(jobs(Ending.DONE)).isZero();
  }

  private long jobs(Ending ending) {
    return registry
        .get("topiary.queue.jobs")
        .tag("outcome", ending.name().toLowerCase(Locale.ROOT))
        .timer()
        .count();
  }

  private double gauge(String name) {
    return registry.get(name).tag("group", "trainers").gauge().value();
  }
}
