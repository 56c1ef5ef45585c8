package io.topiary.trainer;

import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainedNetwork;
import io.topiary.engine.TrainingStoppedException;
import io.topiary.runtime.artifact.ArtifactException;
import io.topiary.runtime.artifact.CorruptArtifactException;
import io.topiary.runtime.artifact.Snapshots;
import io.topiary.runtime.queue.CommitPoint;
import io.topiary.runtime.queue.JobContext;
import io.topiary.runtime.queue.JobHandler;
import io.topiary.runtime.queue.JobRefusedException;
import io.topiary.runtime.queue.JobResult;
import io.topiary.runtime.queue.Outcomes;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Result;
import io.topiary.schemas.TrainingJob;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trains a job, or sends again what an earlier attempt has committed, and tells how it ended. */
final class TrainingJobHandler implements JobHandler<TrainingJob> {

  private static final Logger log = LoggerFactory.getLogger(TrainingJobHandler.class);

  private final JobTraining training;
  private final Devices devices;
  private final SnapshotKeeper.Plan plan;
  private final Snapshots snapshots;
  private final CommitPoint<Checkpoint> commitPoint;
  private final Cancellations cancellations;
  private final Outcomes outcomes;
  private final ProgressReports progress;
  private final TrainerMeters meters;
  private final QuietPeriods quietPeriods;

  /**
   * Networks by job id that are trained but not yet committed: when the store or the broker is away
   * just then, the next attempt has nothing left to do but to commit. One for each slot at most.
   */
  private final Map<String, TrainedNetwork> uncommitted = new ConcurrentHashMap<>();

  TrainingJobHandler(
      JobTraining training,
      Devices devices,
      SnapshotKeeper.Plan plan,
      CommitPoint<Checkpoint> commitPoint,
      Cancellations cancellations,
      Outcomes outcomes,
      ProgressReports progress,
      TrainerMeters meters,
      QuietPeriods quietPeriods) {
    this.training = training;
    this.devices = devices;
    this.plan = plan;
    this.snapshots = plan.snapshots();
    this.commitPoint = commitPoint;
    this.cancellations = cancellations;
    this.outcomes = outcomes;
    this.progress = progress;
    this.meters = meters;
    this.quietPeriods = quietPeriods;
  }

  @Override
  public boolean sendAgain(TrainingJob job, JobContext context) throws InterruptedException {
    requireOwnId(job);
    var committed = commitPoint.sendAgain(job.getJobId(), job.getLineage().getModel());
    if (committed.isPresent()) {
      done(job, context);
    }
    return committed.isPresent();
  }

  @Override
  public long progress(TrainingJob job) {
    var id = job.getJobId();
    return hasOwnId(job) ? snapshots.progress(id, file -> Snapshot.requireOwn(file, id)) : 0;
  }

  @Override
  public JobResult handle(TrainingJob job, JobContext context) throws InterruptedException {
    var orders = cancellations.of(job);
    if (orders.cancelled().isPresent()) {
      return cancel(job, context, orders.cancelled().get());
    }
    try {
      var checkpoint = training.store(job, trained(job, context, orders));
      commitPoint.commit(job.getJobId(), job.getLineage().getModel(), checkpoint);
      done(job, context);
      return JobResult.done();
    } catch (TrainingStoppedException e) {
      var reason = orders.cancelled();
      return reason.isPresent() ? cancel(job, context, reason.get()) : JobResult.handedBack(false);
    } catch (IOException e) {
      return JobResult.fault("The data set cannot be read at the moment: " + e + ".");
    }
  }

  @Override
  public boolean refuse(TrainingJob job, JobContext context, String reason)
      throws InterruptedException {
    if (hasOwnId(job) && doneElsewhere(job, context)) {
      return false;
    }
    outcomes.failed(job.getJobId(), job.getLineage(), reason, context.started());
    meters.ended(job, Result.FAILED);
    // What another job has under this id is none of its business.
    if (hasOwnId(job)) {
      forget(job);
    }
    return true;
  }

  /** Another holder may have committed the job meanwhile; a result that is broken is none. */
  private boolean doneElsewhere(TrainingJob job, JobContext context) throws InterruptedException {
    try {
      return sendAgain(job, context);
    } catch (CorruptArtifactException e) {
      log.debug("{} has a result that cannot be used", job.getJobId(), e);
      return false;
    }
  }

  /** Another holder may have committed the job meanwhile, and what is committed is done. */
  private JobResult cancel(TrainingJob job, JobContext context, String reason)
      throws InterruptedException {
    if (sendAgain(job, context)) {
      return JobResult.done();
    }
    outcomes.cancelled(job.getJobId(), job.getLineage(), reason, context.started());
    meters.ended(job, Result.CANCELLED);
    forget(job);
    return JobResult.cancelled();
  }

  private void done(TrainingJob job, JobContext context) throws InterruptedException {
    outcomes.done(job.getJobId(), job.getLineage(), context.started());
    meters.ended(job, Result.DONE);
    forget(job);
  }

  /** Only when the job's end has been told: until then, whoever is to tell it may need them. */
  private void forget(TrainingJob job) {
    uncommitted.remove(job.getJobId());
    try {
      snapshots.remove(job.getJobId());
    } catch (ArtifactException e) {
      log.warn("Snapshots of {} stay behind: {}", job.getJobId(), e.getMessage());
    }
  }

  /** A result is committed under the job's id, so no job may bear the id of another. */
  private static void requireOwnId(TrainingJob job) {
    if (!hasOwnId(job)) {
      throw new JobRefusedException(
          "The job has the id \"%s\", but what it asks for has the id %s."
              .formatted(job.getJobId(), ownId(job)));
    }
  }

  private static boolean hasOwnId(TrainingJob job) {
    return ownId(job).equals(job.getJobId());
  }

  private static String ownId(TrainingJob job) {
    return Ids.jobId(
        job.getLineage(), job.getRecipe(), job.getStart(), job.getMask(), job.getMomentum());
  }

  private TrainedNetwork trained(TrainingJob job, JobContext context, Cancellations.Orders orders)
      throws IOException {
    var before = uncommitted.get(job.getJobId());
    if (before != null) {
      return before;
    }
    try (var device = devices.lease();
        var report = progress.of(job, device.computing(job), context);
        var work = quietPeriods.begin(context::stopping)) {
      var watch = new JobWatch(job, context, report::onIteration, plan.keeper(job), orders, work);
      var trained = training.train(job, device.computing(job), watch);
      uncommitted.put(job.getJobId(), trained);
      return trained;
    }
  }
}
