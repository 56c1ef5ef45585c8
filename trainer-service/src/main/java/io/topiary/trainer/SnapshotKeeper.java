package io.topiary.trainer;

import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingProgress;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.schemas.TrainingJob;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Keeps the snapshots of one attempt at a job: one at the end of an epoch, as the loss of an epoch
 * is then complete, unless the last is quite recent; one in the middle of an epoch that is long;
 * and one when the attempt is about to end. On the thread that trains.
 */
final class SnapshotKeeper {

  /** At the end of an epoch, this part of the time between snapshots is enough. */
  private static final int AT_EPOCH_END = 10;

  /**
   * How often the trainer keeps snapshots, and where.
   *
   * @param every time between snapshots within an epoch
   */
  record Plan(Snapshots snapshots, Duration every, Clock clock) {

    /** For an attempt that begins. */
    SnapshotKeeper keeper(TrainingJob job) {
      return new SnapshotKeeper(job, this);
    }
  }

  private final TrainingJob job;
  private final Plan plan;
  private final int iterationsPerEpoch;
  private Instant last;

  private SnapshotKeeper(TrainingJob job, Plan plan) {
    this.job = job;
    this.plan = plan;
    this.iterationsPerEpoch = iterationsPerEpoch(job);
    this.last = plan.clock().instant();
  }

  /** After every iteration: keeps a snapshot when it is time for one. */
  void afterIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
    var epochEnds = progress.iteration() % iterationsPerEpoch == 0;
    var due = epochEnds ? plan.every().dividedBy(AT_EPOCH_END) : plan.every();
    if (Duration.between(last, plan.clock().instant()).compareTo(due) >= 0) {
      keep(snapshot.get());
    }
  }

  /** A store that is away costs this snapshot, and the next is due in its time. */
  void keep(Snapshot snapshot) {
    plan.snapshots()
        .offer(job.getJobId(), snapshot.iteration(), file -> snapshot.write(file, job.getJobId()));
    last = plan.clock().instant();
  }

  /** Iterations of one pass over the job's training images. */
  static int iterationsPerEpoch(TrainingJob job) {
    var batch = Math.max(1, job.getRecipe().getBatchSize());
    var images = Math.max(1, job.getRecipe().getData().getTrainingImages());
    return (images - 1) / batch + 1;
  }
}
