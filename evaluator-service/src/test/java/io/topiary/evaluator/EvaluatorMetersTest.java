package io.topiary.evaluator;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Result;
import io.topiary.schemas.Score;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorMetersTest {

  @TempDir private Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final EvaluatorMeters meters = new EvaluatorMeters(registry);
  private TestCheckpoints checkpoints;

  @BeforeEach
  void open() {
    checkpoints = new TestCheckpoints(FileArtifactStore.open(folder), "cnn");
  }

  @Test
  void shouldShowTheNewestCheckpointInWhateverOrderEvaluationsEnd() {
    // Given
    var older = checkpoints.pruned();
    var newer = Checkpoint.newBuilder(older).setAt(older.getAt().plusSeconds(1)).build();

    // When
    meters.evaluated(newer, evaluation(newer, 90));
    meters.evaluated(older, evaluation(older, 10));

    // Then
    assertThat(gauge("topiary.accuracy", "pruned")).isEqualTo(0.9);
    assertThat(gauge("topiary.sparsity", "pruned")).isEqualTo(0.75);
    assertThat(gauge("topiary.theoretical.speedup", "pruned")).isEqualTo(4);
    assertThat(gauge("topiary.stability", "pruned")).isEqualTo(0.5);
  }

  @Test
  void shouldKeepStagesApartAndNeverLabelByAnId() {
    // Given
    var dense = checkpoints.dense();
    var pruned = checkpoints.pruned();

    // When
    meters.evaluated(dense, evaluation(dense, 80));
    meters.evaluated(pruned, evaluation(pruned, 40));
    meters.ended(dense, Result.DONE);

    // Then
    assertThat(gauge("topiary.accuracy", "dense")).isEqualTo(0.8);
    assertThat(gauge("topiary.accuracy", "pruned")).isEqualTo(0.4);
    assertThat(registry.find("topiary.stability").tag("stage", "dense").gauge()).isNull();
    assertThat(registry.get("topiary.accuracy").tag("sparsity", "0.75").gauges()).hasSize(1);
    assertThat(registry.getMeters())
        .allSatisfy(
            meter ->
                assertThat(meter.getId().getTags())
                    .extracting(tag -> tag.getKey())
                    .isSubsetOf("model", "method", "schedule", "sparsity", "stage", "result"));
  }

  @Test
  void shouldShowOnlyTheNetworksOfAPlansLastPhase() {
    // Given
    var last = inPhase(3, 3);
    var earlier = inPhase(2, 3);
    var later = Checkpoint.newBuilder(earlier).setAt(last.getAt().plusSeconds(1)).build();

    // When
    meters.evaluated(earlier, evaluation(earlier, 10));
    meters.ended(earlier, Result.DONE);

    // Then
    assertThat(registry.find("topiary.accuracy").gauge()).isNull();

    // When
    meters.evaluated(last, evaluation(last, 90));
    meters.evaluated(later, evaluation(later, 20));
    meters.ended(last, Result.DONE);

    // Then
    assertThat(gauge("topiary.accuracy", "pruned")).isEqualTo(0.9);
    assertThat(registry.get("topiary.evaluation.jobs").tag("method", "imp").counter().count())
        .isEqualTo(2);
  }

  @Test
  void shouldShowNetworksThatWereTrainedSparseByTheirMethod() {
    // Given a network of no plan, and a newer one
    var sparse = checkpoints.sparse(TestCheckpoints.retrained());
    var newer = Checkpoint.newBuilder(sparse).setAt(sparse.getAt().plusSeconds(1)).build();
    assertThat(sparse.getLineage().getPlan()).isEmpty();

    // When
    meters.evaluated(sparse, evaluation(sparse, 80));
    meters.evaluated(newer, evaluation(newer, 90));
    meters.ended(newer, Result.DONE);

    // Then
    assertThat(gauge("topiary.accuracy", "sparse")).isEqualTo(0.9);
    assertThat(registry.get("topiary.sparsity").gauge().getId().getTags())
        .containsExactlyInAnyOrder(
            Tag.of("model", "cnn"),
            Tag.of("method", "gmp"),
            Tag.of("schedule", "linear"),
            Tag.of("sparsity", "0.75"),
            Tag.of("stage", "sparse"));
    assertThat(registry.find("topiary.stability").gauge()).isNull();
    assertThat(registry.get("topiary.evaluation.jobs").tag("method", "gmp").counter().count())
        .isEqualTo(1);
  }

  private Checkpoint inPhase(int phase, int phases) {
    var pruned = checkpoints.pruned();
    var lineage =
        Lineage.newBuilder(pruned.getLineage())
            .setPlan("plan")
            .setPhase(phase)
            .setPhases(phases)
            .setMethod(Method.IMP)
            .build();
    return Checkpoint.newBuilder(pruned).setLineage(lineage).build();
  }

  private double gauge(String name, String stage) {
    return registry.get(name).tag("stage", stage).gauge().value();
  }

  private static Evaluation evaluation(Checkpoint checkpoint, int correct) {
    return Evaluation.newBuilder()
        .setEvaluationId("id")
        .setCheckpointId(checkpoint.getCheckpointId())
        .setStage(checkpoint.getStage())
        .setLineage(checkpoint.getLineage())
        .setNetwork("small-cnn")
        .setData("fashion-mnist-sample")
        .setSchedule(checkpoint.getRecipe().getLearningRate().getSchedule())
        .setTargetSparsity(checkpoint.getTargetSparsity())
        .setSparsity(0.75)
        .setParameterSparsity(0.7)
        .setValidation(new Score(100, 1, 1.0))
        .setTest(new Score(100, correct, 1.0))
        .setLayers(List.of())
        .setFlopsDense(4)
        .setFlopsSparse(1)
        .setTheoreticalSpeedup(4)
        .setBytesDense(4)
        .setBytesSparse(1)
        .setStability(0.5)
        .setAt(checkpoint.getAt())
        .build();
  }
}
