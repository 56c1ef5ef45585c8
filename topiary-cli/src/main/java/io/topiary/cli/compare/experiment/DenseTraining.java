package io.topiary.cli.compare.experiment;

import io.topiary.schemas.Ids;
import io.topiary.schemas.Stage;
import io.topiary.schemas.TrainingJob;

/** A dense network that others are pruned from. */
public record DenseTraining(TrainingJob job) {

  public long seed() {
    return job.getRecipe().getSeed();
  }

  public String model() {
    return job.getLineage().getModel();
  }

  public String checkpointId() {
    return Ids.checkpointId(job.getJobId(), Stage.DENSE);
  }
}
