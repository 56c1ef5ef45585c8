package io.topiary.cli.compare.experiment;

import io.topiary.schemas.Ids;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.TrainingJob;

/** One sparse network of a comparison, and how the pipeline comes to make it. */
public sealed interface Trial {

  Cell cell();

  /** What its checkpoints and outcomes bear: the id of a plan or of a job. */
  String workId();

  /** Epochs that it trains for itself, without a dense network that it shares with others. */
  double epochs();

  /**
   * Pruned from a dense network: the pruner makes a plan of the policy.
   *
   * @param phases of pruning and retraining
   * @param workId of the plan
   */
  record Pruning(Cell cell, DenseTraining dense, PruningPolicy policy, int phases, String workId)
      implements Trial {

    static Pruning of(Cell cell, DenseTraining dense, PruningPolicy policy, int phases) {
      var planId = Ids.planId(dense.checkpointId(), policy, cell.sparsity());
      return new Pruning(cell, dense, policy, phases, planId);
    }

    @Override
    public double epochs() {
      return cell.retrainEpochs();
    }
  }

  /** Made sparse while it is trained from scratch. */
  record Sparse(Cell cell, TrainingJob job) implements Trial {

    @Override
    public String workId() {
      return job.getJobId();
    }

    @Override
    public double epochs() {
      return job.getRecipe().getEpochs();
    }
  }
}
