package io.topiary.evaluator.frontier;

import io.micrometer.core.instrument.Tags;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.Schedule;
import io.topiary.schemas.Stage;

/**
 * Networks that were made alike, but for their seeds, and that a point of the frontier stands for.
 * Selector, number of phases and epochs do not tell groups apart.
 *
 * @param method as in labels of metrics: {@code dense}, {@code one-shot} and so on
 * @param targetSparsity sparsity asked for; 0 for dense
 */
record Group(
    String model,
    String data,
    String method,
    Schedule schedule,
    double targetSparsity,
    Stage stage) {

  Group {
    // Minus zero would be another group with the same labels.
    targetSparsity += 0.0;
  }

  static Group of(Evaluation evaluation) {
    return new Group(
        evaluation.getLineage().getModel(),
        evaluation.getData(),
        Labels.method(evaluation.getLineage()),
        evaluation.getSchedule(),
        evaluation.getTargetSparsity(),
        evaluation.getStage());
  }

  static Group of(FrontierPoint point) {
    return new Group(
        point.getModel(),
        point.getData(),
        point.getMethod(),
        point.getSchedule(),
        point.getTargetSparsity(),
        point.getStage());
  }

  /** Where its point lies. */
  String key() {
    return StoreKeys.of(parts());
  }

  /** What the keys of its samples begin with. */
  String samples() {
    return StoreKeys.prefix(parts());
  }

  Tags labels() {
    return Tags.of(
        "model",
        model,
        "data",
        data,
        "method",
        method,
        "schedule",
        Labels.value(schedule),
        "sparsity",
        Labels.value(targetSparsity),
        "stage",
        Labels.value(stage));
  }

  private String[] parts() {
    return new String[] {
      model, data, method, Labels.value(schedule), Labels.value(targetSparsity), Labels.value(stage)
    };
  }
}
