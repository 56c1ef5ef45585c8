package io.topiary.trainer;

import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.runtime.queue.JobContext;
import io.topiary.schemas.TrainingJob;
import java.util.function.Supplier;

/**
 * What happens between the iterations of one attempt at a job: it is reported on, snapshots are
 * kept, and it ends when nobody wants the job any more or when the worker stops.
 */
final class JobWatch implements TrainingListener {

  private final TrainingJob job;
  private final JobContext context;
  private final ProgressReports.Report report;
  private final SnapshotKeeper keeper;
  private final Cancellations cancellations;

  JobWatch(
      TrainingJob job,
      JobContext context,
      ProgressReports.Report report,
      SnapshotKeeper keeper,
      Cancellations cancellations) {
    this.job = job;
    this.context = context;
    this.report = report;
    this.keeper = keeper;
    this.cancellations = cancellations;
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    report.onIteration(progress);
    // After the last iteration there is less left to do than to do it again elsewhere.
    return wanted() && (isLast(progress) || !context.stopping());
  }

  @Override
  public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
    if (onIteration(progress)) {
      if (!isLast(progress)) {
        keeper.afterIteration(progress, snapshot);
      }
      return true;
    }
    if (wanted()) {
      keeper.keep(snapshot.get());
    }
    return false;
  }

  @Override
  public boolean goOn() {
    return wanted() && !context.stopping();
  }

  private boolean wanted() {
    return cancellations.reason(job).isEmpty();
  }

  private static boolean isLast(TrainingProgress progress) {
    return progress.iteration() == progress.iterations();
  }
}
