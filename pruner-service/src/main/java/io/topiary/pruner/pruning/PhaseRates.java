package io.topiary.pruner.pruning;

import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.plan.Phase;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.Iterations;
import io.topiary.sparsity.schedule.RetrainingRule;

/**
 * The learning rates of a plan's phases, all of them derived from the rates of the dense run,
 * whatever the phases in between were retrained with.
 */
final class PhaseRates {

  private final RetrainingRule rule;
  private final DenseHistory history;
  private final int images;
  private final int batchSize;

  /**
   * @param recipe of any training of the plan; images and batch size are the same in all
   * @throws io.topiary.sparsity.InvalidInputException when the dense run's rates are none
   */
  PhaseRates(Schedule schedule, DenseRun dense, Recipe recipe) {
    this.rule = LearningRates.rule(schedule);
    this.history =
        LearningRates.history(
            dense
                .getLearningRate()
                .orElseThrow(
                    () ->
                        new RefusedException(
                            "The rates of the dense run of checkpoint %s are not known; they must be, to retrain with %s."
                                .formatted(dense.getCheckpointId(), schedule))));
    this.images = recipe.getData().getTrainingImages();
    this.batchSize = recipe.getBatchSize();
  }

  /**
   * The rates of one phase.
   *
   * @param share p, of the weights that were alive, that this phase has pruned
   * @param relativeNormDrop of this phase's pruning
   * @throws io.topiary.sparsity.InvalidInputException when there can be none: when LRW would have
   *     to rewind more iterations than the dense run had, say
   */
  LearningRatePlan of(Phase phase, double share, double relativeNormDrop) {
    var d1 = Allr.d1(relativeNormDrop, share);
    return LearningRates.plan(rule.schedule(history, iterations(phase), d1, phase.d2()));
  }

  /** Checks what can be known of a phase before it is pruned. */
  void requirePossible(Phase phase) {
    of(phase, phase.fraction(), 0);
  }

  private int iterations(Phase phase) {
    var iterations = phase.iterations(Iterations.perEpoch(images, batchSize));
    if (iterations == 0 && phase.epochs() > 0) {
      throw new RefusedException(
          "Retraining for %s epochs over %d images in batches of %d is not one iteration; it must be 0 epochs or at least one iteration."
              .formatted(phase.epochs(), images, batchSize));
    }
    return iterations;
  }
}
