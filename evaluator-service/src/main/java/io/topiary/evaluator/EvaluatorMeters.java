package io.topiary.evaluator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * All meters of the evaluator, besides its queue's.
 *
 * <p>The gauges show what this process has evaluated and nothing of its siblings, so those of
 * several evaluators contradict each other until an aggregate of all evaluations owns them.
 */
final class EvaluatorMeters {

  private final MeterRegistry registry;

  /** What is shown of each fleet and stage. */
  private final Map<Tags, Newest> shown = new ConcurrentHashMap<>();

  EvaluatorMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Shows an evaluation, unless that of a newer checkpoint is shown. Networks on their way, in the
   * earlier phases of a plan, are not shown.
   */
  void evaluated(Checkpoint checkpoint, Evaluation evaluation) {
    if (isOfLastPhase(checkpoint.getLineage())) {
      shown
          .computeIfAbsent(labels(checkpoint), labels -> register(labels, evaluation.getStage()))
          .offer(checkpoint.getAt(), evaluation);
    }
  }

  void ended(Checkpoint checkpoint, Result result) {
    registry
        .counter("topiary.evaluation.jobs", labels(checkpoint).and("result", Labels.value(result)))
        .increment();
  }

  /** Also of dense networks, and of those of before there were phases. */
  private static boolean isOfLastPhase(Lineage lineage) {
    return lineage.getPhases() == 0 || lineage.getPhase() == lineage.getPhases();
  }

  private static Tags labels(Checkpoint checkpoint) {
    return Labels.of(
            checkpoint.getLineage(), checkpoint.getRecipe(), checkpoint.getTargetSparsity())
        .and("stage", Labels.value(checkpoint.getStage()));
  }

  private Newest register(Tags labels, Stage stage) {
    var newest = new Newest();
    gauge(
        "topiary.accuracy",
        "top-1 accuracy on the test images",
        labels,
        newest,
        evaluation ->
            evaluation.getTest().getCorrect() / (double) evaluation.getTest().getImages());
    gauge(
        "topiary.sparsity",
        "zeros over elements of the prunable tensors",
        labels,
        newest,
        Evaluation::getSparsity);
    gauge(
        "topiary.theoretical.speedup",
        "FLOPs of the dense network over those of this one",
        labels,
        newest,
        Evaluation::getTheoreticalSpeedup);
    if (stage == Stage.PRUNED) {
      gauge(
          "topiary.stability",
          "accuracy just after the last pruning over accuracy of the dense network",
          labels,
          newest,
          evaluation -> evaluation.getStability().orElse(Double.NaN));
    }
    return newest;
  }

  private void gauge(
      String name,
      String description,
      Tags labels,
      Newest newest,
      ToDoubleFunction<Evaluation> value) {
    Gauge.builder(name, newest, of -> of.value(value))
        .tags(labels)
        .description(description)
        .register(registry);
  }

  /** The evaluation of the newest checkpoint, in whatever order evaluations end. */
  private static final class Newest {

    private Instant made = Instant.MIN;
    private Optional<Evaluation> evaluation = Optional.empty();

    synchronized void offer(Instant checkpointMade, Evaluation evaluated) {
      if (!checkpointMade.isBefore(made)) {
        made = checkpointMade;
        evaluation = Optional.of(evaluated);
      }
    }

    synchronized double value(ToDoubleFunction<Evaluation> of) {
      return evaluation.stream().mapToDouble(of).findFirst().orElse(Double.NaN);
    }
  }
}
