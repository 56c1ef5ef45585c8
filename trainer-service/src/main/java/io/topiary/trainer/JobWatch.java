package io.topiary.trainer;

import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.runtime.queue.JobContext;
import io.topiary.schemas.TrainingJob;

/**
 * What happens between the iterations of one attempt at a job: it is reported on, and it ends when
 * nobody wants it any more or when the worker stops.
 */
final class JobWatch implements TrainingListener {

  private final TrainingJob job;
  private final JobContext context;
  private final ProgressReports.Report report;
  private final Cancellations cancellations;

  JobWatch(
      TrainingJob job,
      JobContext context,
      ProgressReports.Report report,
      Cancellations cancellations) {
    this.job = job;
    this.context = context;
    this.report = report;
    this.cancellations = cancellations;
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    report.onIteration(progress);
    // After the last iteration there is less left to do than to do it again elsewhere.
    var last = progress.iteration() == progress.iterations();
    return cancellations.reason(job).isEmpty() && (last || !context.stopping());
  }
}
