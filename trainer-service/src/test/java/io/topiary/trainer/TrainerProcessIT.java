package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.artifact.StoredSnapshot;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@Tag("process")
@ExtendWith(KafkaClusterExtension.class)
class TrainerProcessIT {

  private static final Duration SOON = Duration.ofMinutes(2);

  @BrokerConfig(name = "group.share.record.lock.duration.ms", value = "2000")
  @BrokerConfig(name = "group.share.min.record.lock.duration.ms", value = "1000")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  static KafkaCluster cluster;

  @TempDir private Path folder;

  private TrainerFixture trainers;

  @BeforeEach
  void open() throws InterruptedException {
    trainers = new TrainerFixture(cluster.getBootstrapServers(), folder.resolve("store"));
  }

  @AfterEach
  void close() {
    trainers.close();
  }

  @Test
  void shouldEndWithTheSameBytesWhenItsTrainersAreTerminatedAndKilled() throws Exception {
    // Given a job of some seconds
    var job = TestJobs.dense("killed", 15_000);
    var undisturbed = direct(job);
    trainers.send(job);

    // When one trainer is told to stop, two are killed, and what one of them left last is torn
    var terminated = startUntilFurtherThan(0, job);
    terminated.destroy();
    terminated.waitFor();
    var handedBack = furthest(job);
    killAfter(startUntilFurtherThan(handedBack, job));
    tear(snapshots(job).get(0));
    var kept = snapshots(job).get(1).iteration();
    killAfter(startUntilFurtherThan(furthest(job), job));
    var last = furthest(job);
    trainers.start();

    // Then
    await().atMost(SOON).until(() -> !trainers.read(Topics.OUTCOMES, "killed").isEmpty());
    assertThat(trainers.read(Topics.OUTCOMES, "killed"))
        .extracting(Outcome::getResult)
        .containsExactly(Result.DONE);
    assertThat(trainers.read(Topics.CHECKPOINTS, "killed"))
        .extracting(checkpoint -> checkpoint.getArtifact().getSha256())
        .containsExactly(undisturbed.getSha256());
    assertThat(handedBack).isPositive().isLessThanOrEqualTo(kept);
    // It says first where it starts, and then how much further it is
    var done =
        trainers.read(Topics.PROGRESS, job.getJobId()).stream()
            .filter(progress -> progress.getWorker().equals("test-worker"))
            .map(JobProgress::getDone)
            .toList();
    assertThat(done.get(0)).isEqualTo(last);
    assertThat(done.subList(1, done.size())).isNotEmpty().allMatch(iteration -> iteration > last);
    assertThat(snapshots(job)).isEmpty();
  }

  /** Starts a trainer, and waits until it has kept a snapshot further on. */
  private Process startUntilFurtherThan(long iteration, TrainingJob job) throws IOException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TrainerMain.class.getName(),
                "--set",
                "topiary.kafka.bootstrap.servers=" + cluster.getBootstrapServers(),
                "--set",
                "topiary.artifacts.dir=" + folder.resolve("store"),
                "--set",
                "topiary.trainer.slots=1",
                "--set",
                "topiary.trainer.snapshot.every=200ms",
                "--set",
                "topiary.http.port=0")
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(folder.resolve("trainer.log").toFile()))
            .start();
    try {
      await().atMost(SOON).until(() -> furthest(job) > iteration);
      return process;
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static void killAfter(Process process) throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private static void truncate(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }
  }

  private void tear(StoredSnapshot snapshot) throws IOException {
    truncate(folder.resolve("store").resolve(snapshot.toString()));
  }

  private long furthest(TrainingJob job) {
    return snapshots(job).stream().mapToLong(StoredSnapshot::iteration).max().orElse(0);
  }

  private List<StoredSnapshot> snapshots(TrainingJob job) {
    return trainers.artifacts.snapshots(job.getJobId());
  }

  /** The same job in a store of its own. */
  private Artifact direct(TrainingJob job) throws IOException {
    var artifacts = FileArtifactStore.open(folder.resolve("elsewhere"));
    var training =
        new JobTraining(
            artifacts,
            new Snapshots(artifacts, new SimpleMeterRegistry()),
            new DataSetLibrary(List.of()),
            Clock.systemUTC());
    return training
        .store(job, training.train(job, Computing.DEFAULT, progress -> true))
        .getArtifact();
  }
}
