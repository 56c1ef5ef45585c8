package io.topiary.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTextTest {

  @ParameterizedTest
  @CsvSource({
    "TRAINING,   DENSE,     0,     0, 0, training dense",
    "TRAINING,   RETRAINED, 0.9,   1, 1, retraining at 90%",
    "TRAINING,   RETRAINED, 0.9,   2, 3, retraining 90% phase 2/3",
    "EVALUATION, DENSE,     0,     0, 0, testing dense",
    "EVALUATION, PRUNED,    0.975, 1, 1, testing 97.5% pruned",
    "EVALUATION, PRUNED,    0.975, 1, 3, testing 97.5% pruned phase 1/3",
    "EVALUATION, RETRAINED, 0.9,   1, 1, testing 90%",
    "EVALUATION, RETRAINED, 0.9,   3, 3, testing 90% phase 3/3",
  })
  void shouldTellJobsApart(
      Work work, Stage stage, double sparsity, int phase, int phases, String expected) {
    var progress =
        JobProgress.newBuilder()
            .setId("job")
            .setWork(work)
            .setStage(stage)
            .setLineage(
                Lineage.newBuilder()
                    .setModel("demo")
                    .setGeneration("1")
                    .setPhase(phase)
                    .setPhases(phases)
                    .build())
            .setTargetSparsity(sparsity)
            .setWorker("worker")
            .setSlots(1)
            .setDone(0)
            .setTotal(1)
            .setImagesPerSecond(0)
            .setAt(Instant.EPOCH)
            .build();

    assertThat(JobText.name(progress)).isEqualTo(expected);
  }
}
