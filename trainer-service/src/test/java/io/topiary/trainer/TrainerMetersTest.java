package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.schemas.Result;
import org.junit.jupiter.api.Test;

class TrainerMetersTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TrainerMeters meters = new TrainerMeters(registry);

  @Test
  void shouldAddUpTheThroughputOfAModelsRunningJobs() {
    // Given
    var first = meters.started(TestJobs.dense("a", 1));
    var second = meters.started(TestJobs.dense("a", 2));
    meters.started(TestJobs.dense("b", 1)).imagesPerSecond(7);

    // When
    first.imagesPerSecond(100);
    second.imagesPerSecond(20);

    // Then
    assertThat(gauge("topiary.training.images.per.second", "a")).isEqualTo(120);
    assertThat(gauge("topiary.training.images.per.second", "b")).isEqualTo(7);
    assertThat(gauge("topiary.training.running", "a")).isEqualTo(2);
    first.close();
    assertThat(gauge("topiary.training.images.per.second", "a")).isEqualTo(20);
    second.close();
    assertThat(gauge("topiary.training.running", "a")).isZero();
    assertThat(registry.get("topiary.training.duration").tag("model", "a").timer().count())
        .isEqualTo(2);
  }

  @Test
  void shouldCountJobsByHowTheyEndedAndNeverByAnId() {
    // Given
    var job = TestJobs.dense("a", 1);

    // When
    meters.ended(job, Result.DONE);
    meters.ended(job, Result.DONE);
    meters.ended(job, Result.FAILED);

    // Then
    assertThat(registry.get("topiary.training.jobs").tag("result", "done").counter().count())
        .isEqualTo(2);
    assertThat(registry.get("topiary.training.jobs").tag("result", "failed").counter().count())
        .isEqualTo(1);
    assertThat(registry.getMeters())
        .allSatisfy(
            meter ->
                assertThat(meter.getId().getTags())
                    .extracting(tag -> tag.getKey())
                    .isSubsetOf("model", "method", "schedule", "sparsity", "result"));
  }

  @Test
  void shouldHaveEveryEndOfARunningJobAtNoneSoFar() {
    // When
    meters.started(TestJobs.dense("a", 1));

    // Then
    assertThat(registry.find("topiary.training.jobs").counters())
        .extracting(counter -> counter.getId().getTag("result"))
        .containsExactlyInAnyOrder("done", "failed", "cancelled");
    assertThat(registry.find("topiary.training.jobs").counters())
        .allSatisfy(counter -> assertThat(counter.count()).isZero());
    assertThat(registry.get("topiary.training.duration").timer().count()).isZero();
  }

  private double gauge(String name, String model) {
    return registry.get(name).tag("model", model).gauge().value();
  }
}
