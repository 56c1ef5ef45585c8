package io.topiary.pruner;

import io.topiary.schemas.Lineage;
import io.topiary.schemas.Plan;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Result;
import java.util.Optional;

/** What moves a plan on. */
sealed interface PlanEvent {

  /** Its network has been pruned; its retraining waits. */
  record Made(Plan plan) implements PlanEvent {}

  /**
   * It cannot be made.
   *
   * @param lineage of the plan
   * @param recipe of the dense network
   * @param reason one sentence
   */
  record Refused(
      String planId, Lineage lineage, Recipe recipe, double targetSparsity, String reason)
      implements PlanEvent {}

  /**
   * Its retraining has ended.
   *
   * @param reason one sentence; absent when it is done
   */
  record JobEnded(String planId, String jobId, Result result, Optional<String> reason)
      implements PlanEvent {}
}
