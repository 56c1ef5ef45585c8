package io.topiary.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobTextTest {

  @ParameterizedTest
  @CsvSource({
    "TRAINING,   DENSE,     0,     0, 0, training dense",
    "TRAINING,   RETRAINED, 0.9,   1, 1, retraining at 90%",
    "TRAINING,   RETRAINED, 0.9,   2, 3, retraining 90% phase 2/3",
    "TRAINING,   SPARSE,    0.9,   1, 1, training to 90%",
    "EVALUATION, DENSE,     0,     0, 0, testing dense",
    "EVALUATION, SPARSE,    0.9,   1, 1, testing 90%",
    "EVALUATION, PRUNED,    0.975, 1, 1, testing 97.5% pruned",
    "EVALUATION, PRUNED,    0.975, 1, 3, testing 97.5% pruned phase 1/3",
    "EVALUATION, RETRAINED, 0.9,   1, 1, testing 90%",
    "EVALUATION, RETRAINED, 0.9,   3, 3, testing 90% phase 3/3",
  })
  void shouldTellJobsApart(
      Work work, Stage stage, double sparsity, int phase, int phases, String expected) {
    var progress =
        progress()
            .setWork(work)
            .setStage(stage)
            .setLineage(lineage().setPhase(phase).setPhases(phases).build())
            .setTargetSparsity(sparsity)
            .build();

    assertThat(JobText.name(progress)).isEqualTo(expected);
  }

  @Test
  void shouldNameTheMethodThatMakesANetworkSparseWhileItIsTrained() {
    var progress =
        progress()
            .setWork(Work.TRAINING)
            .setStage(Stage.SPARSE)
            .setLineage(lineage().setMethod(Method.GMP).build())
            .setTargetSparsity(0.95)
            .build();

    assertThat(JobText.name(progress)).isEqualTo("training gmp to 95%");
  }

  @Test
  void shouldTellTheMeanOfTheEpochWhereItIsKnown() {
    var progress = progress().setEpoch(3).setEpochs(10).setLoss(0.5).setImagesPerSecond(1_240);

    assertThat(JobText.state(progress.build())).isEqualTo("epoch 3/10, loss 0.5000, 1,240 img/s");
    assertThat(JobText.state(progress.setEpochLoss(0.4312).build()))
        .isEqualTo("epoch 3/10, mean loss 0.4312, 1,240 img/s");
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, ''",
    "cpu, 1, ''",
    "cpu, 4, ', on cpu with 4 threads'",
    "gpu:0, 1, ', on gpu:0'",
    "gpu:1, 2, ', on gpu:1 with 2 threads'",
  })
  void shouldSayWhereUnlessItIsTheUsualPlace(String device, int threads, String expected) {
    var progress = progress().setDevice(device).setThreads(threads).build();

    assertThat(JobText.place(progress)).isEqualTo(expected);
  }

  private static Lineage.Builder lineage() {
    return Lineage.newBuilder().setModel("demo").setGeneration("1");
  }

  private static JobProgress.Builder progress() {
    return JobProgress.newBuilder()
        .setId("job")
        .setWork(Work.TRAINING)
        .setLineage(lineage().build())
        .setWorker("worker")
        .setSlots(1)
        .setDone(0)
        .setTotal(1)
        .setImagesPerSecond(0)
        .setAt(Instant.EPOCH);
  }
}
