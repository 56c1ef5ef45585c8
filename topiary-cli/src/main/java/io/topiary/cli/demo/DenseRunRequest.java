package io.topiary.cli.demo;

import io.topiary.cli.options.Subject;
import io.topiary.cli.pipeline.WorkRecords;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.TrainingJob;

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
    var recipe = subject.recipe(options.training(), pruning.denseEpochs(), artifacts);
    return new DenseRunRequest(
        WorkRecords.dense(subject.model(), generation, recipe),
        WorkRecords.policy(POLICY, subject.model(), pruning));
  }
}
