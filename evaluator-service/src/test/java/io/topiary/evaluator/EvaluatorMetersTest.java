package io.topiary.evaluator;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Result;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorMetersTest {

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final EvaluatorMeters meters = new EvaluatorMeters(registry);

  @Test
  void shouldCountByFleetAndStageAndNeverLabelByAnId() {
    // Given
    var checkpoints = new TestCheckpoints(FileArtifactStore.open(folder), "cnn");

    // When
    meters.ended(checkpoints.dense(), Result.DONE);
    meters.ended(checkpoints.sparse(TestCheckpoints.retrained()), Result.DONE);
    meters.ended(inPhase(checkpoints.pruned(), 2, 3), Result.FAILED);

    // Then
    assertThat(counter("method", "dense", "stage", "dense", "result", "done")).isEqualTo(1);
    assertThat(counter("method", "gmp", "stage", "sparse", "result", "done")).isEqualTo(1);
    assertThat(counter("method", "imp", "stage", "pruned", "result", "failed")).isEqualTo(1);
    assertThat(registry.find("topiary.evaluation.jobs").meters())
        .allSatisfy(
            meter ->
                assertThat(meter.getId().getTags())
                    .extracting(Tag::getKey)
                    .containsExactlyInAnyOrder(
                        "model", "method", "schedule", "sparsity", "stage", "result"));
  }

  @Test
  void shouldTellWhenTheLastEvaluationWasDone() {
    // Given a worker that started at 100 s
    var clock = new MockClock();
    clock.add(100, SECONDS);
    var atHundred = new SimpleMeterRegistry(SimpleConfig.DEFAULT, clock);
    double started = Math.floor(clock.wallTime() / 1e3);
    var worker = new EvaluatorMeters(atHundred);
    var checkpoint = new TestCheckpoints(FileArtifactStore.open(folder), "cnn").dense();
    var last = atHundred.get("topiary.evaluation.last.timestamp").gauge();
    assertThat(last.value()).isEqualTo(started);

    // When one fails and a later one is done
    clock.add(50, SECONDS);
    worker.ended(checkpoint, Result.FAILED);
    assertThat(last.value()).isEqualTo(started);
    clock.add(10, SECONDS);
    worker.ended(checkpoint, Result.DONE);

    // Then
    assertThat(last.value()).isEqualTo(started + 60);
  }

  private double counter(String... tags) {
    return registry.get("topiary.evaluation.jobs").tags(tags).counter().count();
  }

  private static Checkpoint inPhase(Checkpoint pruned, int phase, int phases) {
    var lineage =
        Lineage.newBuilder(pruned.getLineage())
            .setPlan("plan")
            .setPhase(phase)
            .setPhases(phases)
            .setMethod(Method.IMP)
            .build();
    return Checkpoint.newBuilder(pruned).setLineage(lineage).build();
  }
}
