package io.topiary.evaluator;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Result;

/**
 * All meters of a worker, besides its queue's. What it finds out about networks is shown by the
 * frontier, which knows what its siblings have found out too.
 */
final class EvaluatorMeters {

  private final MeterRegistry registry;

  EvaluatorMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  void ended(Checkpoint checkpoint, Result result) {
    registry
        .counter("topiary.evaluation.jobs", labels(checkpoint).and("result", Labels.value(result)))
        .increment();
  }

  private static Tags labels(Checkpoint checkpoint) {
    return Labels.of(
            checkpoint.getLineage(), checkpoint.getRecipe(), checkpoint.getTargetSparsity())
        .and("stage", Labels.value(checkpoint.getStage()));
  }
}
