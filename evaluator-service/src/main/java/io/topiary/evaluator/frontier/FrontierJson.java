package io.topiary.evaluator.frontier;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.runtime.telemetry.Labels;
import io.topiary.schemas.BuiltInNetwork;
import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.FrontierPoint;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.MeasuredSpread;
import io.topiary.schemas.Spread;
import io.topiary.schemas.Stage;
import io.topiary.sparsity.InvalidInputException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What the frontier answers with. Accuracies are in [0, 1]; methods, schedules and stages are
 * written as in labels of metrics; a sparsity is the one that was asked for; what is not known is
 * null.
 */
final class FrontierJson {

  /** As many rates as a plot has use for. */
  static final int LONGEST_CURVE = 200;

  private FrontierJson() {}

  static ObjectNode error(String sentence) {
    return new JsonFields().with("error", sentence).done();
  }

  static ObjectNode points(List<FrontierPoint> points) {
    return new JsonFields()
        .with("points", points.stream().map(FrontierJson::point).toList())
        .done();
  }

  static ObjectNode point(FrontierPoint point) {
    var best = point.getBest();
    return new JsonFields()
        .with("model", point.getModel())
        .with("data", point.getData())
        .with("network", point.getNewest().getNetwork())
        .with("method", point.getMethod())
        .with("schedule", point.getSchedule())
        .with("sparsity", point.getTargetSparsity())
        .with("stage", point.getStage())
        .with("count", point.getCount())
        .with("seeds", point.getSeeds())
        .with(
            "validation",
            spread(point.getValidation()).with("best", best.getValidationAccuracy()).done())
        .with("test", spread(point.getTest()).with("ofBest", best.getTestAccuracy()).done())
        .with("achievedSparsity", point.getSparsity().getMean())
        .with("theoreticalSpeedup", spread(point.getTheoreticalSpeedup()).done())
        .with("measuredSpeedup", measured(point))
        .with("bytesDense", best.getBytesDense())
        .with("bytesSparse", best.getBytesSparse())
        .with("bytesGzipped", best.getBytesGzipped())
        .with("bestCheckpoint", best.getCheckpointId())
        .done();
  }

  /** A checkpoint among the others of its model. */
  static ObjectNode entry(Checkpoint checkpoint, Optional<Evaluation> evaluation) {
    return accuracies(origin(checkpoint), evaluation).done();
  }

  /**
   * All there is to say of a checkpoint.
   *
   * @param lineage see {@link Lineages#backFrom}
   * @param evaluations the evaluation of a checkpoint
   */
  static ObjectNode checkpoint(
      List<Checkpoint> lineage, Function<Checkpoint, Optional<Evaluation>> evaluations) {
    var checkpoint = lineage.get(0);
    var evaluation = evaluations.apply(checkpoint);
    return accuracies(origin(checkpoint), evaluation)
        .with("model", checkpoint.getLineage().getModel())
        .with("generation", checkpoint.getLineage().getGeneration())
        .with("plan", checkpoint.getLineage().getPlan())
        .with("policy", checkpoint.getPolicy())
        .with("data", checkpoint.getRecipe().getData().getName())
        .with("network", evaluation.map(Evaluation::getNetwork).or(() -> network(checkpoint)))
        .with("evaluation", evaluation)
        .with("lineage", lineage.stream().map(step -> step(step, evaluations.apply(step))).toList())
        .done();
  }

  /** One checkpoint of a lineage, with what it was trained by; a pruned one was not trained. */
  private static ObjectNode step(Checkpoint checkpoint, Optional<Evaluation> evaluation) {
    var recipe = checkpoint.getRecipe();
    var trained = Optional.of(recipe).filter(of -> checkpoint.getStage() != Stage.PRUNED);
    return accuracies(origin(checkpoint), evaluation)
        .with(
            "achievedSparsity", evaluation.map(Evaluation::getSparsity).or(checkpoint::getSparsity))
        .with("stability", evaluation.flatMap(Evaluation::getStability))
        .with("epochs", trained.map(of -> of.getEpochs()))
        .with("epochLoss", checkpoint.getEpochLoss())
        .with("learningRate", trained.map(of -> learningRate(of.getLearningRate())))
        .done();
  }

  private static JsonFields origin(Checkpoint checkpoint) {
    var lineage = checkpoint.getLineage();
    return new JsonFields()
        .with("id", checkpoint.getCheckpointId())
        .with("stage", checkpoint.getStage())
        .with("method", Labels.method(lineage))
        .with("schedule", checkpoint.getRecipe().getLearningRate().getSchedule())
        .with("sparsity", checkpoint.getTargetSparsity())
        .with("seed", checkpoint.getRecipe().getSeed())
        .with("phase", lineage.getPhase())
        .with("phases", lineage.getPhases())
        .with("at", checkpoint.getAt());
  }

  private static JsonFields accuracies(JsonFields json, Optional<Evaluation> evaluation) {
    return json.with(
            "validationAccuracy", evaluation.map(Evaluation::getValidation).map(Samples::accuracy))
        .with("testAccuracy", evaluation.map(Evaluation::getTest).map(Samples::accuracy));
  }

  private static ObjectNode learningRate(LearningRatePlan plan) {
    return new JsonFields()
        .with("schedule", plan.getSchedule())
        .with("peak", plan.getPeak())
        .with("warmUp", plan.getWarmUp())
        .with("iterations", plan.getIterations())
        .with("d1", plan.getD1())
        .with("d2", plan.getD2())
        .with("curve", curve(plan))
        .done();
  }

  /**
   * Rates at evenly spaced iterations, the first and the last among them, or all when there are
   * few; none when the plan stands for none.
   */
  static List<Double> curve(LearningRatePlan plan) {
    try {
      var schedule = LearningRates.schedule(plan);
      var last = schedule.iterations() - 1;
      var samples = Math.min(schedule.iterations(), LONGEST_CURVE);
      return IntStream.range(0, samples)
          .map(i -> samples == 1 ? 0 : Math.toIntExact((long) last * i / (samples - 1)))
          .mapToObj(schedule::learningRate)
          .toList();
    } catch (InvalidInputException e) {
      return List.of();
    }
  }

  /** Of every batch size that was timed; where all figures are withheld, there is no mean. */
  private static List<ObjectNode> measured(FrontierPoint point) {
    var spreads =
        point.getMeasured().stream().collect(toMap(MeasuredSpread::getBatch, spread -> spread));
    var batches = new TreeSet<>(spreads.keySet());
    batches.addAll(point.getWithheld());
    return batches.stream()
        .map(
            batch -> {
              var spread = Optional.ofNullable(spreads.get(batch));
              return new JsonFields()
                  .with("batch", batch)
                  .with("count", spread.map(MeasuredSpread::getCount).orElse(0))
                  .with("withheld", Collections.frequency(point.getWithheld(), batch))
                  .with("mean", spread.map(of -> of.getSpeedup().getMean()))
                  .with("std", spread.flatMap(of -> of.getSpeedup().getStd()))
                  .done();
            })
        .toList();
  }

  private static JsonFields spread(Spread spread) {
    return new JsonFields().with("mean", spread.getMean()).with("std", spread.getStd());
  }

  /** Built-in networks are known by name; of the others the evaluation tells it. */
  private static Optional<String> network(Checkpoint checkpoint) {
    return checkpoint.getRecipe().getNetwork().getDefinition() instanceof BuiltInNetwork builtIn
        ? Optional.of(builtIn.getName())
        : Optional.empty();
  }
}
