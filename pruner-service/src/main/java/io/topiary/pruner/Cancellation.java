package io.topiary.pruner;

import java.time.Instant;

/**
 * Somebody's order to end a plan.
 *
 * @param subject what the order names: the plan, or the job that the plan is at
 * @param at when it was given
 */
record Cancellation(String subject, Instant at) {

  /**
   * Why the plan ended, in one sentence.
   *
   * @param meanwhile what the plan was at
   */
  String reason(String meanwhile) {
    return "%s was cancelled by a control of %s, %s.".formatted(subject, at, meanwhile);
  }
}
