package io.topiary.trainer;

import io.topiary.engine.Computing;
import io.topiary.engine.TrainingProgress;
import io.topiary.runtime.kafka.RecordSender;
import io.topiary.runtime.queue.JobContext;
import io.topiary.schemas.JobProgress;
import io.topiary.schemas.Topics;
import io.topiary.schemas.TrainingJob;
import io.topiary.schemas.Work;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Tells the world how far jobs are. */
final class ProgressReports {

  /** As often as a person can follow. */
  private static final Duration INTERVAL = Duration.ofMillis(250);

  /** At the end of an epoch, whose mean loss is then complete: as often as does no harm. */
  private static final Duration INTERVAL_OF_EPOCHS = Duration.ofMillis(20);

  private final TrainerConfig config;
  private final RecordSender sender;
  private final TrainerMeters meters;
  private final Clock clock;

  ProgressReports(TrainerConfig config, RecordSender sender, TrainerMeters meters, Clock clock) {
    this.config = config;
    this.sender = sender;
    this.meters = meters;
    this.clock = clock;
  }

  /** Reports on a job that is about to start, until it is closed. */
  Report of(TrainingJob job, Computing computing, JobContext context) {
    return new Report(job, computing, context);
  }

  final class Report implements AutoCloseable {

    private final TrainingJob job;
    private final JobContext context;
    private final TrainerMeters.Running running;
    private final Computing computing;
    private final int perEpoch;
    private Instant reported;

    private Report(TrainingJob job, Computing computing, JobContext context) {
      this.job = job;
      this.context = context;
      this.computing = computing;
      this.perEpoch = SnapshotKeeper.iterationsPerEpoch(job);
      this.running = meters.started(job);
      this.reported = clock.instant();
      var iterations = job.getRecipe().getLearningRate().getIterations();
      send(record().setDone(context.reached()).setTotal(iterations).setImagesPerSecond(0));
    }

    /** After every iteration; as often as people can follow, it says so. */
    void onIteration(TrainingProgress progress) {
      var now = clock.instant();
      var interval = progress.iteration() % perEpoch == 0 ? INTERVAL_OF_EPOCHS : INTERVAL;
      if (progress.iteration() == progress.iterations()
          || Duration.between(reported, now).compareTo(interval) >= 0) {
        reported = now;
        context.underWay();
        running.imagesPerSecond(progress.imagesPerSecond());
        send(
            record()
                .setDone(progress.iteration())
                .setTotal(progress.iterations())
                .setEpoch(progress.epoch())
                .setLearningRate(progress.learningRate())
                .setLoss(progress.loss())
                .setEpochLoss(progress.epochLoss())
                .setImagesPerSecond(progress.imagesPerSecond()));
      }
    }

    @Override
    public void close() {
      running.close();
    }

    private JobProgress.Builder record() {
      return JobProgress.newBuilder()
          .setId(job.getJobId())
          .setWork(Work.TRAINING)
          .setStage(JobTraining.stage(job))
          .setLineage(job.getLineage())
          .setTargetSparsity(job.getTargetSparsity())
          .setWorker(config.worker().name())
          .setSlots(config.slots())
          .setDevice(computing.device())
          .setThreads(computing.threads())
          .setEpochs((int) Math.ceil(job.getRecipe().getEpochs()))
          .setAt(reported);
    }

    private void send(JobProgress.Builder record) {
      sender.offer(Topics.PROGRESS, job.getJobId(), record.build());
    }
  }
}
