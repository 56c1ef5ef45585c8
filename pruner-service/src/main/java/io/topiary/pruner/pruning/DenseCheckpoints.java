package io.topiary.pruner.pruning;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Recipe;
import io.topiary.sparsity.schedule.Iterations;

/** What a dense network's checkpoint has to be like for plans to start from it. */
final class DenseCheckpoints {

  private DenseCheckpoints() {}

  /**
   * Checks all that can be told without the weights.
   *
   * @throws RefusedException when plans cannot start from it
   */
  static void requireUsable(Checkpoint dense) {
    var recipe = dense.getRecipe();
    var peak = recipe.getLearningRate().getPeak();
    require(dense.getMask().isEmpty(), dense, "is DENSE, but has a mask; it must have none");
    require(
        recipe.getEpochs() > 0 && Double.isFinite(recipe.getEpochs()),
        dense,
        "was trained for %s epochs; it must be a finite number above 0"
            .formatted(recipe.getEpochs()));
    require(
        peak > 0 && Double.isFinite(peak),
        dense,
        "was trained with a peak rate of %s; it must be a finite number above 0".formatted(peak));
    require(
        recipe.getBatchSize() > 0 && recipe.getData().getTrainingImages() > 0,
        dense,
        "was trained on %d images in batches of %d; both must be at least 1"
            .formatted(recipe.getData().getTrainingImages(), recipe.getBatchSize()));
    requireWholeOfItsRates(dense, recipe);
  }

  /** LRW and SLR take rates up by the iteration: they must be those of the epochs trained. */
  private static void requireWholeOfItsRates(Checkpoint dense, Recipe recipe) {
    var iterations =
        Iterations.of(
            recipe.getEpochs(), recipe.getData().getTrainingImages(), recipe.getBatchSize());
    require(
        recipe.getLearningRate().getIterations() == iterations,
        dense,
        "has learning rates for %d iterations; its %s epochs must have %d"
            .formatted(recipe.getLearningRate().getIterations(), recipe.getEpochs(), iterations));
  }

  private static void require(boolean condition, Checkpoint checkpoint, String complaint) {
    if (!condition) {
      throw new RefusedException(
          "Checkpoint %s %s.".formatted(checkpoint.getCheckpointId(), complaint));
    }
  }
}
