package io.topiary.evaluator;

import io.topiary.engine.data.DataSetLibrary;
import io.topiary.evaluator.timing.SpeedupMeasurement;
import io.topiary.evaluator.timing.TimingMeters;
import io.topiary.runtime.StartException;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.artifact.MeteredArtifactStore;
import io.topiary.runtime.config.KafkaSettings;
import io.topiary.runtime.kafka.PipelineTopics;
import io.topiary.runtime.queue.CommitPoint;
import io.topiary.runtime.queue.JobQueue;
import io.topiary.runtime.queue.JobQueueSettings;
import io.topiary.runtime.queue.Outcomes;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.runtime.telemetry.Telemetry;
import io.topiary.schemas.Topics;
import io.topiary.schemas.Work;
import java.time.Clock;

/** A running evaluator: works on {@code topiary.checkpoints} until it is closed. */
public final class EvaluatorService implements AutoCloseable {

  /** The share group that all evaluators belong to. */
  public static final String GROUP = "topiary-evaluators";

  private final JobQueue queue;

  private EvaluatorService(JobQueue queue) {
    this.queue = queue;
  }

  /** The same where nothing else computes in this process. */
  public static EvaluatorService start(
      EvaluatorConfig config,
      ArtifactStore artifacts,
      KafkaSettings kafka,
      Telemetry telemetry,
      Clock clock)
      throws InterruptedException {
    return start(config, artifacts, kafka, telemetry, clock, new QuietPeriods());
  }

  /**
   * Starts to take checkpoints.
   *
   * @param quietPeriods shared by all that compute in this process: while networks are timed, the
   *     others pause
   * @throws StartException when no broker answers, or when it has no share groups
   */
  public static EvaluatorService start(
      EvaluatorConfig config,
      ArtifactStore artifacts,
      KafkaSettings kafka,
      Telemetry telemetry,
      Clock clock,
      QuietPeriods quietPeriods)
      throws InterruptedException {
    PipelineTopics.createMissing(kafka);
    var meters = new EvaluatorMeters(telemetry.registry());
    var worker = config.worker();
    var store = new MeteredArtifactStore(artifacts, telemetry.registry());
    var speedups =
        new SpeedupMeasurement(
            config.timing(), new TimingMeters(telemetry.registry()), System::nanoTime);
    return new EvaluatorService(
        JobQueue.start(
            Topics.CHECKPOINTS,
            JobQueueSettings.onLog(GROUP, config.slots()).stoppingWithin(worker.handBackWithin()),
            kafka,
            telemetry,
            sender ->
                new CheckpointHandler(
                    new CheckpointEvaluation(
                        store,
                        new DataSetLibrary(worker.dataFolders()),
                        clock,
                        speedups,
                        quietPeriods),
                    new CommitPoint<>(store, sender, Topics.EVALUATIONS),
                    new Outcomes(sender, Work.EVALUATION, worker.name(), clock),
                    new ProgressReports(config, sender, clock),
                    meters)));
  }

  /** Takes no more checkpoints and hands back those in hand. */
  @Override
  public void close() {
    queue.close();
  }
}
