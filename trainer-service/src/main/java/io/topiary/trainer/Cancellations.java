package io.topiary.trainer;

import io.topiary.schemas.TrainingJob;
import java.util.Optional;
import java.util.function.Predicate;

/** Which jobs nobody wants any more: those cancelled by their own id, or with their plan. */
final class Cancellations {

  private final Predicate<String> cancelled;

  /**
   * @param cancelled whether the job or plan of an id is cancelled at this moment; asked at every
   *     iteration
   */
  Cancellations(Predicate<String> cancelled) {
    this.cancelled = cancelled;
  }

  /** For an attempt at the job. */
  Orders of(TrainingJob job) {
    return new Orders(job);
  }

  /** What one attempt at a job has heard: a cancellation that it has seen holds, even if lifted. */
  final class Orders {

    private final TrainingJob job;
    private Optional<String> heard = Optional.empty();

    private Orders(TrainingJob job) {
      this.job = job;
    }

    /** Why the job should end, in one sentence; absent while it is wanted. */
    Optional<String> cancelled() {
      heard = heard.or(() -> reason(job));
      return heard;
    }
  }

  private Optional<String> reason(TrainingJob job) {
    if (cancelled.test(job.getJobId())) {
      return Optional.of("Somebody cancelled the job.");
    }
    return job.getLineage()
        .getPlan()
        .filter(cancelled)
        .map(plan -> "Somebody cancelled the plan " + plan + ".");
  }
}
