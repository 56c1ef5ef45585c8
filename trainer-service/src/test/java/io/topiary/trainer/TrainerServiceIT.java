package io.topiary.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.kroxylicious.testing.kafka.api.KafkaCluster;
import io.kroxylicious.testing.kafka.common.BrokerConfig;
import io.kroxylicious.testing.kafka.junit5ext.KafkaClusterExtension;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.topiary.engine.Computing;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.FileArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.deadletter.DeadLetters;
import io.topiary.schemas.Artifact;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("broker")
@ExtendWith(KafkaClusterExtension.class)
class TrainerServiceIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  @BrokerConfig(name = "group.share.assignment.interval.ms", value = "0")
  @BrokerConfig(name = "group.share.heartbeat.interval.ms", value = "200")
  @BrokerConfig(name = "group.share.min.heartbeat.interval.ms", value = "200")
  static KafkaCluster cluster;

  @TempDir private Path folder;
  @TempDir private Path elsewhere;

  private TrainerFixture trainers;

  @BeforeEach
  void open() throws InterruptedException {
    trainers = new TrainerFixture(cluster.getBootstrapServers(), folder);
  }

  @AfterEach
  void close() {
    trainers.close();
  }

  @Test
  void shouldMakeACheckpointOfAJobAndTellHowItWent() throws Exception {
    // Given
    var job = TestJobs.dense("one", 60);

    // When
    trainers.start();
    trainers.send(job);

    // Then
    var outcome = outcomes("one", 1).get(0);
    assertThat(outcome.getId()).isEqualTo(job.getJobId());
    assertThat(outcome.getWork()).isEqualTo(Work.TRAINING);
    assertThat(outcome.getResult()).isEqualTo(Result.DONE);
    assertThat(outcome.getReason()).isEmpty();
    assertThat(outcome.getWorker()).isEqualTo("test-worker");

    var checkpoints = trainers.read(Topics.CHECKPOINTS, "one");
    assertThat(checkpoints).hasSize(1);
    var checkpoint = checkpoints.get(0);
    assertThat(checkpoint.getCheckpointId())
        .isEqualTo(Ids.checkpointId(job.getJobId(), Stage.DENSE));
    assertThat(checkpoint.getArtifact().getSha256())
        .isEqualTo(direct(job).getArtifact().getSha256());
    assertThat(trainers.artifacts.result(job.getJobId()))
        .hasValueSatisfying(
            committed ->
                assertThat(committed).isEqualTo(bytes(Topics.CHECKPOINTS.name(), "one").get(0)));

    var progress = trainers.read(Topics.PROGRESS, job.getJobId());
    assertThat(progress).extracting(JobProgress::getDone).startsWith(0L).endsWith(60L);
    assertThat(progress).extracting(JobProgress::getTotal).containsOnly(60L);
    assertThat(progress).extracting(JobProgress::getStage).containsOnly(Stage.DENSE);
    assertThat(progress).extracting(JobProgress::getDevice).containsOnly("cpu");
    assertThat(progress).extracting(JobProgress::getThreads).containsOnly(1);
    var last = progress.get(progress.size() - 1);
    assertThat(last.getEpochs()).isEqualTo(1);
    assertThat(last.getLoss()).hasValueSatisfying(loss -> assertThat(loss).isLessThan(2.3));
    assertThat(last.getEpochLoss()).contains(checkpoint.getEpochLoss().get(0));
    assertThat(last.getImagesPerSecond()).isPositive();
  }

  @Test
  void shouldBeDoneAtOnceWithAJobOfNoIterations() throws Exception {
    // Given
    var job = TestJobs.dense("nothing", 0);

    // When
    trainers.start();
    trainers.send(job);

    // Then
    assertThat(outcomes("nothing", 1)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.read(Topics.CHECKPOINTS, "nothing"))
        .singleElement()
        .satisfies(
            checkpoint -> {
              assertThat(checkpoint.getEpochLoss()).isEmpty();
              assertThat(checkpoint.getTrainingImagesPerSecond()).isEmpty();
            });
    assertThat(trainers.read(Topics.PROGRESS, job.getJobId()))
        .extracting(JobProgress::getTotal)
        .containsExactly(0L);
  }

  @Test
  void shouldSendTheCommittedBytesAgainAndTrainNothingWhenAJobComesTwice() throws Exception {
    // Given
    var job = TestJobs.dense("twice", 10);
    trainers.start();
    trainers.send(job);
    outcomes("twice", 1);

    // When
    trainers.send(job);

    // Then
    assertThat(outcomes("twice", 2)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    var checkpoints = bytes(Topics.CHECKPOINTS.name(), "twice");
    assertThat(checkpoints).hasSize(2);
    assertThat(checkpoints.get(1)).isEqualTo(checkpoints.get(0));
    assertThat(trainers.trainings()).isEqualTo(1);
  }

  @Test
  void shouldPutPoisonAsideAndGoOn() throws Exception {
    // Given
    var job = TestJobs.dense("poison", 10);
    var corrupt = new Artifact(folder.resolve("blobs/none").toUri().toString(), 1L, "0".repeat(64));
    var poison =
        List.of(
            TestJobs.with(job, recipe -> recipe.setBatchSize(0)),
            TestJobs.withPlan(job, plan -> plan.setPeak(1e30)),
            TestJobs.from(job, corrupt),
            TestJobs.withMomentum(job, corrupt),
            TrainingJob.newBuilder(job).setJobId("../" + job.getJobId()).build());

    // When
    for (var bad : poison) {
      trainers.send(bad);
    }
    trainers.send(job);
    trainers.start();

    // Then
    var outcomes = outcomes("poison", poison.size() + 1);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.getResult() == Result.DONE)
        .extracting(Outcome::getId)
        .containsExactly(job.getJobId());
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.getResult() == Result.FAILED)
        .extracting(Outcome::getId)
        .containsExactlyInAnyOrderElementsOf(poison.stream().map(TrainingJob::getJobId).toList());
    assertThat(trainers.read(Topics.CHECKPOINTS, "poison")).hasSize(1);
    for (var bad : poison) {
      var letters = trainers.read(Topics.DEAD_LETTERS, bad.getJobId());
      assertThat(letters).hasSize(1);
      assertThat(letters.get(0).value()).isEqualTo(Topics.JOBS.serde().encode(bad));
      assertThat(outcomes)
          .filteredOn(outcome -> outcome.getId().equals(bad.getJobId()))
          .singleElement()
          .satisfies(outcome -> assertThat(outcome.getReason()).hasValue(message(letters.get(0))));
    }
  }

  @Test
  void shouldHandAJobBackWhenItsWorkerStopsAndFinishItElsewhere() throws Exception {
    // Given a job that would take long, on a worker that is told to stop in the middle of it
    var job = TestJobs.dense("moved", 3_000);
    var first = trainers.start();
    trainers.send(job);
    awaitUnderWay(job);
    first.close();
    assertThat(trainers.read(Topics.OUTCOMES, "moved")).isEmpty();
    assertThat(trainers.artifacts.snapshots(job.getJobId())).hasSize(1);

    // When
    trainers.start();

    // Then
    assertThat(outcomes("moved", 1)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.read(Topics.CHECKPOINTS, "moved"))
        .extracting(checkpoint -> checkpoint.getArtifact().getSha256())
        .containsExactly(direct(job).getArtifact().getSha256());
    assertThat(trainers.trainings()).isEqualTo(2);
    assertThat(trainers.artifacts.snapshots(job.getJobId())).isEmpty();
    var done =
        trainers.read(Topics.PROGRESS, job.getJobId()).stream()
            .map(JobProgress::getDone)
            .filter(iterations -> iterations > 0)
            .toList();
    assertThat(done).isSorted().endsWith(3_000L);
  }

  @Test
  void shouldEndAJobThatIsCancelledWhileItTrains() throws Exception {
    // Given a job that would take long, and one after it
    var job = TestJobs.dense("unwanted", 1_000_000);
    var next = TestJobs.dense("unwanted", 5);
    trainers.start();
    trainers.send(job);
    awaitUnderWay(job);

    // When
    trainers.cancel(job.getJobId());
    trainers.send(next);

    // Then
    var outcomes = outcomes("unwanted", 2);
    assertThat(outcomes)
        .extracting(Outcome::getId)
        .containsExactly(job.getJobId(), next.getJobId());
    assertThat(outcomes)
        .extracting(Outcome::getResult)
        .containsExactly(Result.CANCELLED, Result.DONE);
    assertThat(outcomes.get(0).getReason()).contains("Somebody cancelled the job.");
    assertThat(trainers.read(Topics.CHECKPOINTS, "unwanted"))
        .extracting(Checkpoint::getJobId)
        .containsExactly(next.getJobId());
    assertThat(trainers.read(Topics.DEAD_LETTERS, job.getJobId())).isEmpty();
    assertThat(trainers.artifacts.snapshots(job.getJobId())).isEmpty();
  }

  @Test
  void shouldNotStartAJobWhosePlanIsCancelledAndRemoveItsSnapshots() throws Exception {
    // Given a job of a plan that another trainer has begun
    var dense = TestJobs.dense("planned", 1_000);
    var lineage = Lineage.newBuilder(dense.getLineage()).setPlan("plan-planned").build();
    var job = TestJobs.withOwnId(TrainingJob.newBuilder(dense).setLineage(lineage));
    trainers.artifacts.writeSnapshot(
        job.getJobId(), 7, file -> Files.writeString(file, "snapshot"));
    trainers.cancel("plan-planned");

    // When
    trainers.start();
    trainers.send(job);

    // Then
    assertThat(outcomes("planned", 1))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getResult()).isEqualTo(Result.CANCELLED);
              assertThat(outcome.getReason()).contains("Somebody cancelled the plan plan-planned.");
            });
    assertThat(trainers.trainings()).isZero();
    assertThat(trainers.artifacts.snapshots(job.getJobId())).isEmpty();
    assertThat(trainers.read(Topics.CHECKPOINTS, "planned")).isEmpty();
  }

  @Test
  void shouldStayDoneWhenAJobIsCancelledAfterItsResultIsCommitted() throws Exception {
    // Given
    var job = TestJobs.dense("late", 5);
    trainers.start();
    trainers.send(job);
    outcomes("late", 1);

    // When
    trainers.cancel(job.getJobId());
    trainers.send(job);

    // Then
    assertThat(outcomes("late", 2)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.trainings()).isEqualTo(1);
  }

  @Test
  void shouldFailAJobThatDivergesWithTheEpochAndTheRate() throws Exception {
    // Given
    var job = TestJobs.withPlan(TestJobs.dense("diverging", 300), plan -> plan.setPeak(1e30));
    trainers.artifacts.writeSnapshot("other", 7, file -> Files.writeString(file, "not its"));

    // When
    trainers.start();
    trainers.send(job);

    // Then
    assertThat(outcomes("diverging", 1))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.getResult()).isEqualTo(Result.FAILED);
              assertThat(outcome.getReason().orElseThrow())
                  .containsPattern("in epoch 1 at learning rate \\d\\.\\d+e\\+\\d+")
                  .contains("Training diverged: the loss became ");
            });
    assertThat(trainers.read(Topics.CHECKPOINTS, "diverging")).isEmpty();
    assertThat(trainers.artifacts.snapshots(job.getJobId())).isEmpty();
    assertThat(trainers.artifacts.snapshots("other")).hasSize(1);
  }

  @Test
  void shouldNeitherCountNorUseASnapshotThatIsNoneOfTheJobs() throws Exception {
    // Given what is whole, but nothing that an attempt could go on from
    var job = TestJobs.dense("foreign", 10);
    trainers.artifacts.writeSnapshot(job.getJobId(), 7, file -> Files.writeString(file, "foreign"));

    // When
    trainers.start();
    trainers.send(job);

    // Then
    assertThat(outcomes("foreign", 1)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.read(Topics.PROGRESS, job.getJobId()))
        .extracting(JobProgress::getDone)
        .startsWith(0L);
  }

  @Test
  void shouldNotRefuseWhatAnotherHolderHasCommittedMeanwhile() throws Exception {
    // Given
    var job = TestJobs.withPlan(TestJobs.dense("meanwhile", 300), plan -> plan.setPeak(1e30));
    var result = direct(TestJobs.dense("meanwhile", 5));
    trainers.artifacts.commitResult(job.getJobId(), Topics.CHECKPOINTS.serde().encode(result));

    // When
    trainers.start(new StoreWithALateResult(trainers.artifacts));
    trainers.send(job);

    // Then
    assertThat(outcomes("meanwhile", 1)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.read(Topics.DEAD_LETTERS, job.getJobId())).isEmpty();
    assertThat(trainers.read(Topics.CHECKPOINTS, "meanwhile")).containsExactly(result);
  }

  @Test
  void shouldTellOfAFailureThoughSnapshotsCannotBeRemoved() throws Exception {
    // Given
    var job = TestJobs.withPlan(TestJobs.dense("littered", 300), plan -> plan.setPeak(1e30));

    // When
    trainers.start(new StoreThatRemovesNothing(trainers.artifacts));
    trainers.send(job);

    // Then
    await()
        .atMost(SOON)
        .until(() -> trainers.read(Topics.DEAD_LETTERS, job.getJobId()).size() == 1);
    assertThat(outcomes("littered", 1)).extracting(Outcome::getResult).containsOnly(Result.FAILED);
  }

  @Test
  void shouldCommitWithoutTrainingAgainWhenTheStoreWasAwayAtTheEnd() throws Exception {
    // Given
    var job = TestJobs.dense("patient", 10);
    var store = new StoreThatIsAwayOnce(trainers.artifacts);

    // When
    trainers.start(store);
    trainers.send(job);

    // Then
    assertThat(outcomes("patient", 1)).extracting(Outcome::getResult).containsOnly(Result.DONE);
    assertThat(trainers.read(Topics.CHECKPOINTS, "patient")).hasSize(1);
    assertThat(store.writes).hasValue(2);
    assertThat(trainers.trainings()).isEqualTo(1);
  }

  private void awaitUnderWay(TrainingJob job) {
    await()
        .atMost(SOON)
        .until(
            () ->
                trainers.read(Topics.PROGRESS, job.getJobId()).stream()
                    .anyMatch(progress -> progress.getDone() > 0));
  }

  private List<Outcome> outcomes(String model, int count) {
    return await()
        .atMost(SOON)
        .until(() -> trainers.read(Topics.OUTCOMES, model), outcomes -> outcomes.size() == count);
  }

  private List<byte[]> bytes(String topic, String key) {
    return trainers.read(topic, key).stream().map(ConsumerRecord::value).toList();
  }

  private Checkpoint direct(TrainingJob job) throws IOException {
    // In a store of its own, so that it goes on from nobody's snapshot.
    var artifacts = FileArtifactStore.open(elsewhere);
    var training =
        new JobTraining(
            artifacts,
            new Snapshots(artifacts, new SimpleMeterRegistry()),
            new DataSetLibrary(List.of()),
            Clock.systemUTC());
    return training.store(job, training.train(job, Computing.DEFAULT, progress -> true));
  }

  private static String message(ConsumerRecord<byte[], byte[]> letter) {
    return new String(
        letter.headers().lastHeader(DeadLetters.MESSAGE).value(), StandardCharsets.UTF_8);
  }

  /** Refuses the first artifact. */
  private static final class StoreThatIsAwayOnce extends OtherStore {

    private final AtomicInteger writes = new AtomicInteger();

    private StoreThatIsAwayOnce(ArtifactStore store) {
      super(store);
    }

    @Override
    public Artifact write(Content content) {
      if (writes.incrementAndGet() == 1) {
        throw new ArtifactException("The store is away.");
      }
      return super.write(content);
    }
  }

  /** Hides the first result, as if another holder of the job committed it a moment later. */
  private static final class StoreWithALateResult extends OtherStore {

    private final AtomicInteger asked = new AtomicInteger();

    private StoreWithALateResult(ArtifactStore store) {
      super(store);
    }

    @Override
    public Optional<byte[]> result(String id) {
      return asked.incrementAndGet() == 1 ? Optional.empty() : super.result(id);
    }
  }

  /** Holds on to snapshots. */
  private static final class StoreThatRemovesNothing extends OtherStore {

    private StoreThatRemovesNothing(ArtifactStore store) {
      super(store);
    }

    @Override
    public void removeSnapshots(String job) {
      throw new ArtifactException("The store is away.");
    }
  }
}
