package io.topiary.cli.pipeline;

import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.RetrainingEpochs;
import io.topiary.cli.options.RetrainingEpochs.Budget;
import io.topiary.cli.options.RetrainingEpochs.PerPhase;
import io.topiary.cli.options.RetrainingEpochs.Total;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Recipe;
import io.topiary.schemas.Sparsifier;
import io.topiary.schemas.TrainingJob;
import java.util.Optional;

/** The records by which a command asks a pipeline for work. */
public final class WorkRecords {

  private WorkRecords() {}

  /**
   * Training from scratch that removes nothing.
   *
   * @param generation tells this work from any other
   */
  public static TrainingJob dense(String model, String generation, Recipe recipe) {
    return fromScratch(
        Lineage.newBuilder().setModel(model).setGeneration(generation).build(), recipe, 0);
  }

  /**
   * Training from scratch that makes the network sparse.
   *
   * @param generation tells this work from any other
   * @param recipe without a sparsifier as yet
   */
  public static TrainingJob sparse(
      String model, String generation, Recipe recipe, Sparsifier sparsifier) {
    var lineage =
        Lineage.newBuilder()
            .setModel(model)
            .setGeneration(generation)
            .setMethod(sparsifier.getMethod())
            .build();
    return fromScratch(
        lineage,
        Recipe.newBuilder(recipe).setSparsifier(sparsifier).build(),
        sparsifier.getSparsity());
  }

  private static TrainingJob fromScratch(Lineage lineage, Recipe recipe, double sparsity) {
    return TrainingJob.newBuilder()
        .setJobId(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
        .setLineage(lineage)
        .setRecipe(recipe)
        .setTargetSparsity(sparsity)
        .build();
  }

  /**
   * How a model's dense networks are to be pruned.
   *
   * @param name of the policy
   */
  public static PruningPolicy policy(String name, String model, PruningRequest pruning) {
    var policy =
        PruningPolicy.newBuilder()
            .setName(name)
            .setModels(model)
            .setMethod(Method.valueOf(pruning.method().name()))
            .setPhases(pruning.phases())
            .setSelector(pruning.selector().kind())
            .setN(pruning.selector().n())
            .setM(pruning.selector().m())
            .setSchedule(LearningRates.kind(pruning.rule()))
            .setSparsities(pruning.sparsities());
    return length(policy, pruning.retraining()).build();
  }

  private static PruningPolicy.Builder length(
      PruningPolicy.Builder policy, RetrainingEpochs retraining) {
    if (retraining instanceof Budget budget) {
      return policy.setRetrainEpochs(0).setBudget(budget.epochs());
    }
    if (retraining instanceof Total total) {
      return policy.setRetrainEpochs(0).setTotalRetrainEpochs(total.epochs());
    }
    return policy.setRetrainEpochs(((PerPhase) retraining).epochs());
  }
}
