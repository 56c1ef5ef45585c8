package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.schemas.Method;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;
import io.topiary.sparsity.mask.Mask;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobInterruptionTest extends JobTrainingFixture {

  @ParameterizedTest
  @ValueSource(ints = {1, 56, 85, 150, 199})
  void shouldEndWithTheSameBytesWhereverItWasInterrupted(int iteration) throws Exception {
    // Given a retraining of more than two epochs: 5,400 images make 85 batches
    var dense = run(TestJobs.dense("interrupted", 5));
    var job = phase(1, halved(TestJobs.dense("interrupted", 200), dense));
    var undisturbed = run(job);

    // When
    interrupt(job, iteration);
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(iteration + 1);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getMomentum()).isEqualTo(undisturbed.getMomentum());
    assertThat(continued.getEpochLoss()).isEqualTo(undisturbed.getEpochLoss());
  }

  @ParameterizedTest
  @EnumSource(
      value = Method.class,
      names = {"GMP", "GSM", "DPF", "DNW", "LC", "STR", "DST"})
  void shouldMakeANetworkSparseByEveryMethodInterruptedOrNot(Method method) throws Exception {
    // Given a training of more than two epochs, as many as GMP and DPF take at least
    var job = sparse(method, 180);
    var undisturbed = run(job);

    // When
    interrupt(job, 120);
    var continued = run(job);

    // Then
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getMask()).isEqualTo(undisturbed.getMask());
    assertThat(continued.getStage()).isEqualTo(Stage.SPARSE);
    assertThat(continued.getSparsity().orElseThrow()).isGreaterThan(0.79);
    var mask = artifacts.read(continued.getMask().orElseThrow(), Mask::read);
    var weights = read(continued.getArtifact());
    assertThat(artifacts.write(file -> weights.masked(mask).write(file, Map.of())))
        .isEqualTo(continued.getArtifact());
  }

  @Test
  void shouldGoOnFromTheOneBeforeASnapshotThatIsTorn() throws Exception {
    // Given
    var job = TestJobs.dense("torn", 30);
    var undisturbed = run(job);
    interrupt(job, 10);
    interrupt(job, 20);
    var furthest = artifacts.snapshots(job.getJobId()).get(0);
    var file = folder.resolve(furthest.toString());

    // When
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(11);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldRefuseASnapshotOfAnotherJobAndStartFromNothing() throws Exception {
    // Given what another job left, under this one's name
    var other = TestJobs.dense("other", 30);
    var job = TestJobs.with(other, recipe -> recipe.setSeed(TestJobs.SEED + 1));
    var undisturbed = run(job);
    interrupt(other, 10);
    var found = artifacts.snapshots(other.getJobId()).get(0);
    artifacts.writeSnapshot(
        job.getJobId(), 10, file -> Files.copy(folder.resolve(found.toString()), file));

    // When
    var told = new ArrayList<TrainingProgress>();
    var trained = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(1);
    assertThat(trained.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldGoOnFromTheOneBeforeASnapshotWhoseMethodRemembersSomethingElse() throws Exception {
    // Given one of this job, and then one of a job of another method that bears its id
    var job = sparse(Method.STR, 180);
    var undisturbed = run(job);
    interrupt(job, 50);
    var other = sparse(Method.GMP, 180);
    assertThatThrownBy(() -> train(other, new Interruption(job, 60)))
        .isInstanceOf(TrainingStoppedException.class);
    assertThat(artifacts.snapshots(job.getJobId())).hasSize(2);

    // When
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told.get(0).iteration()).isEqualTo(51);
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(registry.get("topiary.snapshots.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void shouldTellNoThroughputWhenAllIterationsWereDoneBefore() throws Exception {
    // Given
    var job = sparse(Method.STR, 85);
    var undisturbed = run(job);
    interrupt(job, 85);

    // When
    var told = new ArrayList<TrainingProgress>();
    var continued = training.store(job, train(job, told::add));

    // Then
    assertThat(told).isEmpty();
    assertThat(continued.getTrainingImagesPerSecond()).isEmpty();
    assertThat(continued.getArtifact()).isEqualTo(undisturbed.getArtifact());
    assertThat(continued.getEpochLoss()).isEqualTo(undisturbed.getEpochLoss());
  }

  /** Trains until so many iterations are done, and keeps a snapshot of that. */
  private void interrupt(TrainingJob job, int iteration) {
    assertThatThrownBy(() -> train(job, new Interruption(job, iteration)))
        .isInstanceOf(TrainingStoppedException.class);
  }

  private final class Interruption implements TrainingListener {

    private final TrainingJob job;
    private final int iteration;

    private Interruption(TrainingJob job, int iteration) {
      this.job = job;
      this.iteration = iteration;
    }

    @Override
    public boolean onIteration(TrainingProgress progress) {
      return progress.iteration() < iteration;
    }

    @Override
    public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
      if (progress.iteration() == iteration) {
        snapshots.offer(
            job.getJobId(), iteration, file -> snapshot.get().write(file, job.getJobId()));
      }
      return onIteration(progress);
    }
  }
}
