package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Method;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Jobs whose recipe has a sparsifier: networks that become sparse while they are trained. */
class SparseJobTest {

  @TempDir private Path folder;

  private ArtifactStore artifacts;
  private JobTraining training;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(folder);
    training =
        new JobTraining(
            artifacts,
            new Snapshots(artifacts, new SimpleMeterRegistry()),
            new DataSetLibrary(List.of()),
            Clock.systemUTC());
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"GMP", "GSM", "DPF", "DNW", "LC", "STR", "DST"})
  void shouldMakeACheckpointThatIsAsSparseAsItsJobAsksFor(Method method) throws IOException {
    // Given three epochs
    var sparsifier = Sparsifier.newBuilder().setMethod(method).setSparsity(0.7);
    if (method == Method.STR) {
      sparsifier.setInitialThreshold(-5);
    } else if (method == Method.DST) {
      sparsifier.setAlpha(1e-3);
    }
    var job = TestJobs.sparse(255, sparsifier.build());

    // When
    var checkpoint = train(job);

    // Then
    assertThat(checkpoint.getStage()).isEqualTo(Stage.SPARSE);
    assertThat(checkpoint.getTargetSparsity()).isEqualTo(0.7);
    var mask = artifacts.read(checkpoint.getMask().orElseThrow(), Mask::read);
    assertThat(mask.sparsity()).isGreaterThanOrEqualTo(0.7 - 1.0 / mask.size());
    assertThat(checkpoint.getSparsity()).hasValue(mask.sparsity());
    assertThat(zeros(checkpoint, mask)).isEqualTo(mask.size() - mask.alive());
  }

  @Test
  void shouldTellTheSparsityOfWhatItRetrains() throws IOException {
    // Given a network that was made sparse, which is trained on with its mask
    var made =
        train(
            TestJobs.sparse(
                255, Sparsifier.newBuilder().setMethod(Method.GMP).setSparsity(0.7).build()));
    var job =
        TestJobs.withOwnId(
            TrainingJob.newBuilder(TestJobs.dense("sparse", 2))
                .setStart(made.getArtifact())
                .setMask(made.getMask().orElseThrow())
                .setTargetSparsity(0.7));

    // When
    var checkpoint = train(job);

    // Then
    assertThat(checkpoint.getStage()).isEqualTo(Stage.RETRAINED);
    assertThat(checkpoint.getSparsity()).isEqualTo(made.getSparsity());
  }

  @Test
  void shouldTellNoSparsityOfADenseNetwork() throws IOException {
    assertThat(train(TestJobs.dense("dense", 2)).getSparsity()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GSM | 2 | false | 0  | 0    | The recipe's sparsifier has a period, which GSM has no use for.
          DPF | 1 | true  | 0  | 0    | The recipe's sparsifier has recovery, which DPF has no use for.
          DST | 1 | false | -5 | 0    | The recipe's sparsifier has an initial threshold, which DST has no use for.
          LC  | 1 | false | 0  | 1e-3 | The recipe's sparsifier has an alpha, which LC has no use for.
          """)
  void shouldRefuseWhatItsMethodHasNoUseFor(
      Method method,
      int period,
      boolean recovery,
      double threshold,
      double alpha,
      String sentence) {
    var job = TestJobs.sparse(10, new Sparsifier(method, 0.7, period, recovery, threshold, alpha));
    assertThatThrownBy(() -> train(job))
        .isInstanceOf(JobRefusedException.class)
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      mode = Mode.INCLUDE,
      names = {"UNKNOWN", "ONE_SHOT", "IMP", "IMP_RENDA", "BIMP"})
  void shouldRefuseWhatIsNoSparsifier(Method method) {
    var job = TestJobs.sparse(10, new Sparsifier(method, 0.7, 1, false, 0.0, 0.0));
    assertThatThrownBy(() -> train(job))
        .isInstanceOf(JobRefusedException.class)
        .hasMessage(
            "The recipe's method is %s, but a network is made sparse while it trains by GMP, GSM, DPF, DNW, LC, STR or DST.",
            method);
  }

  @Test
  void shouldRefuseTwoTargets() {
    var sparsifier = new Sparsifier(Method.GSM, 0.7, 1, false, 0.0, 0.0);
    var job =
        TrainingJob.newBuilder(TestJobs.sparse(10, sparsifier)).setTargetSparsity(0.8).build();
    assertThatThrownBy(() -> train(job))
        .isInstanceOf(JobRefusedException.class)
        .hasMessage(
            "The job has the target sparsity 0.8; it must be 0.7, as in its recipe's sparsifier.");
  }

  private Checkpoint train(TrainingJob job) throws IOException {
    return training.store(job, training.train(job, Computing.DEFAULT, progress -> true));
  }

  private long zeros(Checkpoint checkpoint, Mask mask) throws IOException {
    var file = SafetensorsFile.open(artifacts.fetch(checkpoint.getArtifact()));
    var zeros = 0L;
    for (var tensor : mask.tensors().keySet()) {
      var values = file.floats(tensor);
      while (values.hasRemaining()) {
        zeros += values.get() == 0 ? 1 : 0;
      }
    }
    return zeros;
  }
}
