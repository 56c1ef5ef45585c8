package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.artifact.StoredSnapshot;
import io.topiary.schemas.TrainingJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotKeeperTest {

  /** The sample's 5,400 training images in batches of 64. */
  private static final int PER_EPOCH = 85;

  private static final int THREE_EPOCHS_AND_SOME = 300;

  @TempDir private Path folder;

  private final TrainingJob job = TestJobs.dense("kept", THREE_EPOCHS_AND_SOME);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private FileArtifactStore artifacts;
  private Snapshots snapshots;

  @BeforeEach
  void open() {
    artifacts = FileArtifactStore.open(folder);
    snapshots = new Snapshots(artifacts, registry);
  }

  @Test
  void shouldKeepOneAtTheEndOfAnEpochWhenATenthOfTheTimeIsOver() throws Exception {
    // When an epoch takes 85 s of ten minutes
    var kept = train(Duration.ofMinutes(10), Duration.ofSeconds(1));

    // Then
    assertThat(kept).containsExactly(PER_EPOCH, 2 * PER_EPOCH, 3 * PER_EPOCH);
  }

  @Test
  void shouldKeepNoneAtTheEndOfAnEpochThatIsQuick() throws Exception {
    // When an epoch takes 8.5 s of two minutes
    var kept = train(Duration.ofMinutes(2), Duration.ofMillis(100));

    // Then the second one ends 17 s after the start
    assertThat(kept).containsExactly(2 * PER_EPOCH);
  }

  @Test
  void shouldKeepOneInTheMiddleOfAnEpochThatIsLong() throws Exception {
    // When an epoch takes 850 s, and a snapshot is due every 500 s
    var kept = train(Duration.ofSeconds(500), Duration.ofSeconds(10));

    // Then
    assertThat(kept).containsExactly(50, PER_EPOCH, 135, 2 * PER_EPOCH, 220, 3 * PER_EPOCH);
    assertThat(artifacts.snapshots(job.getJobId()))
        .extracting(StoredSnapshot::iteration)
        .containsExactly(255L, 220L);
  }

  @Test
  void shouldGoOnWithoutWhenTheStoreIsAwayAndTryAgainInTime() throws Exception {
    // Given
    Files.delete(folder.resolve("snapshots"));

    // When
    var kept = train(Duration.ofSeconds(500), Duration.ofSeconds(10));

    // Then
    assertThat(kept).hasSize(6);
    assertThat(registry.get("topiary.snapshots.failed").counter().count()).isEqualTo(6);
  }

  /** Trains the job, with every iteration taking so long; yields when snapshots were taken. */
  private List<Integer> train(Duration every, Duration iteration) throws Exception {
    var clock = new Ticking();
    var keeper = new SnapshotKeeper.Plan(snapshots, every, clock).keeper(job);
    var taken = new ArrayList<Integer>();
    new JobTraining(
            artifacts,
            new Snapshots(FileArtifactStore.open(folder.resolve("none")), registry),
            new DataSetLibrary(List.of()),
            clock)
        .train(
            job,
            Computing.DEFAULT,
            new TrainingListener() {
              @Override
              public boolean onIteration(TrainingProgress progress) {
                return true;
              }

              @Override
              public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
                clock.now = clock.now.plus(iteration);
                keeper.afterIteration(
                    progress,
                    () -> {
                      taken.add(progress.iteration());
                      return snapshot.get();
                    });
                return true;
              }
            });
    return taken;
  }

  private static final class Ticking extends Clock {

    private Instant now = Instant.EPOCH;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
