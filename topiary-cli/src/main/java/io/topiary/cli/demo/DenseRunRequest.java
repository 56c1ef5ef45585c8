package io.topiary.cli.demo;

import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.RetrainingEpochs;
import io.topiary.cli.options.RetrainingEpochs.Budget;
import io.topiary.cli.options.RetrainingEpochs.PerPhase;
import io.topiary.cli.options.RetrainingEpochs.Total;
import io.topiary.cli.options.Subject;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.Ids;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Method;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.TrainingJob;
import java.util.Optional;

/**
 * What the demo asks of the pipeline: one dense training, and a policy for what comes out of it.
 */
record DenseRunRequest(TrainingJob job, PruningPolicy policy) {

  private static final String POLICY = "demo";

  /**
   * The records of a run.
   *
   * @param artifacts where the network's graph is put, if it has no name
   * @param generation tells this run's work from any other's
   */
  static DenseRunRequest of(
      DemoOptions options, Subject subject, ArtifactStore artifacts, String generation) {
    var pruning = options.pruning();
    var lineage = Lineage.newBuilder().setModel(subject.model()).setGeneration(generation).build();
    var recipe = subject.recipe(options.training(), pruning.denseEpochs(), artifacts);
    var job =
        TrainingJob.newBuilder()
            .setJobId(Ids.jobId(lineage, recipe, Optional.empty(), Optional.empty()))
            .setLineage(lineage)
            .setRecipe(recipe)
            .build();
    return new DenseRunRequest(job, policy(pruning, subject.model()));
  }

  private static PruningPolicy policy(PruningRequest pruning, String model) {
    var policy =
        PruningPolicy.newBuilder()
            .setName(POLICY)
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
