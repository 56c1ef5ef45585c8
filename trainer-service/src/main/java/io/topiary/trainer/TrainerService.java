package io.topiary.trainer;

import io.micrometer.core.instrument.MeterRegistry;
import io.topiary.engine.data.DataSetLibrary;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.MeteredArtifactStore;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.control.Controls;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.lifecycle.Resources;
import io.topiary.runtime.queue.CommitPoint;
import io.topiary.runtime.queue.JobQueue;
import io.topiary.runtime.queue.JobQueueSettings;
import io.topiary.runtime.queue.Outcomes;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Clock;

/** A running trainer: works on {@code topiary.jobs} until it is closed. */
public final class TrainerService implements AutoCloseable {

  /** The share group that all trainers belong to. */
  public static final String GROUP = "topiary-trainers";

  private final Resources resources;

  private TrainerService(Resources resources) {
    this.resources = resources;
  }

  /** The same where nothing is timed in this process. */
  public static TrainerService start(
      TrainerConfig config,
      ArtifactStore artifacts,
      KafkaSettings kafka,
      Telemetry telemetry,
      Clock clock)
      throws InterruptedException {
    return start(config, artifacts, kafka, telemetry, clock, new QuietPeriods());
  }

  /**
   * Starts to take jobs.
   *
   * @param quietPeriods shared by all that compute in this process: jobs pause while something is
   *     timed
   * @throws StartException when no broker answers, or when it has no share groups
   */
  public static TrainerService start(
      TrainerConfig config,
      ArtifactStore artifacts,
      KafkaSettings kafka,
      Telemetry telemetry,
      Clock clock,
      QuietPeriods quietPeriods)
      throws InterruptedException {
    var devices = Devices.of(config.devices());
    PipelineTopics.createMissing(kafka);
    var resources = new Resources();
    try {
      var store = new MeteredArtifactStore(artifacts, telemetry.registry());
      var controls = resources.own(Controls.follow(GROUP, kafka, telemetry));
      var jobs =
          new Jobs(config, store, controls, devices, telemetry.registry(), clock, quietPeriods);
      resources.own(
          JobQueue.start(
              Topics.JOBS,
              JobQueueSettings.onOwnTopic(GROUP, config.slots())
                  .stoppingWithin(config.worker().handBackWithin()),
              kafka,
              telemetry,
              jobs::handler));
      return new TrainerService(resources);
    } catch (RuntimeException | InterruptedException e) {
      resources.close();
      throw e;
    }
  }

  /** What the trainer's jobs are handled with. */
  private record Jobs(
      TrainerConfig config,
      ArtifactStore artifacts,
      Controls controls,
      Devices devices,
      MeterRegistry registry,
      Clock clock,
      QuietPeriods quietPeriods) {

    TrainingJobHandler handler(RecordSender sender) {
      var worker = config.worker();
      var meters = new TrainerMeters(registry);
      var snapshots = new Snapshots(artifacts, registry);
      return new TrainingJobHandler(
          new JobTraining(artifacts, snapshots, new DataSetLibrary(worker.dataFolders()), clock),
          devices,
          new SnapshotKeeper.Plan(snapshots, config.snapshotEvery(), clock),
          new CommitPoint<>(artifacts, sender, Topics.CHECKPOINTS),
          new Cancellations(controls::cancelled),
          new Outcomes(sender, Work.TRAINING, worker.name(), clock),
          new ProgressReports(config, sender, meters, clock),
          meters,
          quietPeriods);
    }
  }

  /** Takes no more jobs and hands back the running ones. */
  @Override
  public void close() {
    resources.close();
  }
}
