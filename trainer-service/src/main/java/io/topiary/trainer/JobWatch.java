package io.topiary.trainer;

import io.topiary.engine.Snapshot;
import io.topiary.engine.TrainingListener;
import io.topiary.engine.TrainingProgress;
import io.topiary.runtime.queue.JobContext;
import io.topiary.runtime.quiet.QuietPeriods;
import io.topiary.schemas.TrainingJob;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What happens between the iterations of one attempt at a job: it is reported on, snapshots are
 * kept, timings pass that somebody wants to make in the same process, and it ends when nobody wants
 * the job any more or when the worker stops.
 */
final class JobWatch implements TrainingListener {

  private final TrainingJob job;
  private final JobContext context;
  private final Consumer<TrainingProgress> report;
  private final SnapshotKeeper keeper;
  private final Cancellations.Orders orders;
  private final QuietPeriods.Work work;

  /** The run after its last iteration, of which a method may still make something. */
  private Optional<Snapshot> last = Optional.empty();

  JobWatch(
      TrainingJob job,
      JobContext context,
      Consumer<TrainingProgress> report,
      SnapshotKeeper keeper,
      Cancellations.Orders orders,
      QuietPeriods.Work work) {
    this.job = job;
    this.context = context;
    this.report = report;
    this.keeper = keeper;
    this.orders = orders;
    this.work = work;
  }

  @Override
  public boolean onIteration(TrainingProgress progress) {
    report.accept(progress);
    work.pause();
    // After the last iteration there is less left to do than to do it again elsewhere.
    return wanted() && (isLast(progress) || !context.stopping());
  }

  @Override
  public boolean onIteration(TrainingProgress progress, Supplier<Snapshot> snapshot) {
    if (onIteration(progress)) {
      if (isLast(progress)) {
        afterLast(snapshot);
      } else {
        keeper.afterIteration(progress, snapshot);
      }
      return true;
    }
    if (wanted()) {
      keeper.keep(snapshot.get());
    }
    return false;
  }

  /** What is left may still be cut off: the refresh of statistics, or the commit of the result. */
  private void afterLast(Supplier<Snapshot> snapshot) {
    if (context.stopping()) {
      keeper.keep(snapshot.get());
    } else if (job.getRecipe().getSparsifier().isPresent()) {
      last = Optional.of(snapshot.get());
    }
  }

  @Override
  public boolean goOn() {
    work.pause();
    if (wanted() && context.stopping()) {
      last.ifPresent(keeper::keep);
      last = Optional.empty();
      return false;
    }
    return wanted();
  }

  private boolean wanted() {
    return orders.cancelled().isEmpty();
  }

  private static boolean isLast(TrainingProgress progress) {
    return progress.iteration() == progress.iterations();
  }
}
