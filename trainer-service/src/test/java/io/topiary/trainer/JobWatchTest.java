package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.artifact.StoredSnapshot;
import io.topiary.runtime.queue.JobContext;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Method;
import io.topiary.schemas.NetworkSpec;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.TrainingJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobWatchTest {

  private static final int ITERATIONS = 3;

  @TempDir private Path folder;

  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final QuietPeriods quietPeriods = new QuietPeriods();
  private FileArtifactStore artifacts;
  private Snapshots snapshots;
  private JobTraining training;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(folder);
    snapshots = new Snapshots(artifacts, new SimpleMeterRegistry());
    training =
        new JobTraining(artifacts, snapshots, new DataSetLibrary(List.of()), Clock.systemUTC());
  }

  @Test
  void shouldKeepASnapshotWhenItIsStoppedInTheLastIteration() throws Exception {
    // Given
    var job = TestJobs.dense("last", ITERATIONS);

    // When
    var trained =
        training.train(
            job,
            Computing.DEFAULT,
            watch(job, progress -> stopping.set(progress.iteration() == ITERATIONS)));

    // Then it goes on to its end, but nothing is lost if it is cut off
    assertThat(trained.epochLoss()).hasSize(1);
    assertThat(kept(job)).containsExactly((long) ITERATIONS);
  }

  @Test
  void shouldKeepASnapshotWhenItIsStoppedWhileStatisticsAreRefreshed() throws Exception {
    // Given a method that leaves too many weights, so that some go after the last iteration
    var job = withBatchNorm();
    var undisturbed = training.train(job, Computing.DEFAULT, watch(job, progress -> {}));
    assertThat(undisturbed.prunedInTheEnd()).isPositive();
    assertThat(kept(job)).isEmpty();

    // When
    assertThatThrownBy(() -> training.train(job, Computing.DEFAULT, thatEnds(job, stopping)))
        .isInstanceOf(TrainingStoppedException.class);

    // Then
    assertThat(kept(job)).containsExactly((long) ITERATIONS);
    stopping.set(false);
    var resumed = training.train(job, Computing.DEFAULT, watch(job, progress -> {}));
    assertThat(training.store(job, resumed).getArtifact())
        .isEqualTo(training.store(job, undisturbed).getArtifact());
  }

  @Test
  void shouldKeepNoSnapshotOfWhatNobodyWants() {
    // Given
    var job = withBatchNorm();

    // When, Then
    assertThatThrownBy(() -> training.train(job, Computing.DEFAULT, thatEnds(job, cancelled)))
        .isInstanceOf(TrainingStoppedException.class);
    assertThat(kept(job)).isEmpty();
  }

  @Test
  void shouldPauseBetweenIterationsWhileSomethingIsTimed() throws Exception {
    // Given somebody who times something from the first iteration on
    var job = TestJobs.dense("quiet", ITERATIONS);
    var iterations = new AtomicInteger();
    var timed =
        new FutureTask<>(
            () ->
                quietPeriods
                    .begin(() -> false)
                    .quietly(Duration.ofSeconds(60), iterations::get)
                    .orElse(-1));
    var evaluator = new Thread(timed);

    // When
    training.train(
        job,
        Computing.DEFAULT,
        watch(
            job,
            progress -> {
              if (iterations.incrementAndGet() == 1) {
                evaluator.start();
                await().until(() -> evaluator.getState() == Thread.State.TIMED_WAITING);
              }
            }));

    // Then
    assertThat(timed.get()).isEqualTo(1);
    assertThat(iterations).hasValue(ITERATIONS);
  }

  private static TrainingJob withBatchNorm() {
    var sparsifier =
        Sparsifier.newBuilder().setMethod(Method.STR).setSparsity(0.5).setInitialThreshold(-5);
    return TestJobs.with(
        TestJobs.sparse(ITERATIONS, sparsifier.build()),
        recipe ->
            recipe.setNetwork(
                new NetworkSpec(new BuiltInNetwork("resnet8", 4), List.of(1, 28, 28), 10)));
  }

  private List<Long> kept(TrainingJob job) {
    return artifacts.snapshots(job.getJobId()).stream().map(StoredSnapshot::iteration).toList();
  }

  private JobWatch watch(TrainingJob job, Consumer<TrainingProgress> report) {
    var context = new JobContext(job.getJobId(), 1, 1, Instant.EPOCH, 0, stopping::get, () -> {});
    var never = new SnapshotKeeper.Plan(snapshots, Duration.ofDays(1), Clock.systemUTC());
    var orders = new Cancellations(id -> cancelled.get()).of(job);
    var work = quietPeriods.begin(stopping::get);
    return new JobWatch(job, context, report, never.keeper(job), orders, work);
  }

  /** Of a worker that is told to stop, or a job that is cancelled, after the last iteration. */
  private TrainingListener thatEnds(TrainingJob job, AtomicBoolean why) {
    var watch = watch(job, progress -> {});
    return new TrainingListener() {
      @Override
      public boolean onIteration(TrainingProgress progress) {
        throw new AssertionError("the loop offers snapshots");
      }

      @Override
      public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
        return watch.onIteration(progress, snapshot);
      }

      @Override
      public boolean goOn() {
        why.set(true);
        return watch.goOn();
      }
    };
  }
}
