package io.topiary.trainer;

import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.queue.CommitPoint;
import io.topiary.runtime.queue.JobQueue;
import io.topiary.runtime.queue.JobQueueSettings;
import io.topiary.runtime.queue.Outcomes;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Clock;

/** A running trainer: works on {@code topiary.jobs} until it is closed. */
public final class TrainerService implements AutoCloseable {

  /** The share group that all trainers belong to. */
  public static final String GROUP = "topiary-trainers";

  private final JobQueue queue;

  private TrainerService(JobQueue queue) {
    this.queue = queue;
  }

  /**
   * Starts to take jobs.
   *
   * @throws StartException when no broker answers, or when it has no share groups
   */
  public static TrainerService start(
      TrainerConfig config,
      ArtifactStore artifacts,
      KafkaSettings kafka,
      Telemetry telemetry,
      Clock clock)
      throws InterruptedException {
    PipelineTopics.createMissing(kafka);
    var meters = new TrainerMeters(telemetry.registry());
    var worker = config.worker();
    return new TrainerService(
        JobQueue.start(
            Topics.JOBS,
            JobQueueSettings.onOwnTopic(GROUP, config.slots()),
            kafka,
            telemetry,
            sender ->
                new TrainingJobHandler(
                    new JobTraining(artifacts, new DataSetLibrary(worker.dataFolders()), clock),
                    new CommitPoint<>(artifacts, sender, Topics.CHECKPOINTS),
                    new Outcomes(sender, Work.TRAINING, worker.name(), clock),
                    new ProgressReports(config, sender, meters, clock),
                    meters)));
  }

  /** Takes no more jobs and hands back the running ones. */
  @Override
  public void close() {
    queue.close();
  }
}
