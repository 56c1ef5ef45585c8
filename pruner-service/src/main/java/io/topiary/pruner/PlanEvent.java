package io.topiary.pruner;

import io.topiary.schemas.Plan;
import io.topiary.schemas.Result;
import java.util.Optional;

/** What moves a plan on. */
sealed interface PlanEvent {

  /** Its network has been pruned, for the first phase or the next; its retraining waits. */
  record Made(Plan plan) implements PlanEvent {}

  /** A phase is done, but its network cannot be read to be pruned again, for now. */
  record Returned(Plan plan) implements PlanEvent {}

  /** A phase is done, but its network can never be pruned for the next; the reason says why. */
  record Stuck(Plan plan, String reason) implements PlanEvent {}

  /** Its dense network cannot be pruned like that; the plan's reason says why. */
  record Refused(Plan plan) implements PlanEvent {}

  /**
   * A retraining has ended, and with it the plan.
   *
   * @param reason one sentence; absent when it is done
   */
  record JobEnded(String planId, String jobId, Result result, Optional<String> reason)
      implements PlanEvent {}
}
