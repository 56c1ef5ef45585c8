package io.topiary.pruner;

import io.topiary.schemas.Plan;
import io.topiary.schemas.Result;
import java.util.Optional;

/** What moves a plan on. */
sealed interface PlanEvent {

  /** Its network has been pruned; its retraining waits. */
  record Made(Plan plan) implements PlanEvent {}

  /** Its network cannot be pruned like that; the plan's reason says why. */
  record Refused(Plan plan) implements PlanEvent {}

  /**
   * Its retraining has ended.
   *
   * @param reason one sentence; absent when it is done
   */
  record JobEnded(String planId, String jobId, Result result, Optional<String> reason)
      implements PlanEvent {}
}
