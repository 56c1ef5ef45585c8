package io.topiary.evaluator;

/** Follows an evaluation, on the thread that evaluates. */
@FunctionalInterface
interface EvaluationListener {

  /**
   * Called from time to time. What it throws ends the evaluation.
   *
   * @param done images that have gone through a network
   * @param total images that will have when the evaluation is done
   */
  void onImages(long done, long total);

  /** Whether the evaluation should end as soon as it can. */
  default boolean stopping() {
    return false;
  }
}
