package io.topiary.cli.demo;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What has come back from the topics so far, and whether that is all. Records may come in any order
 * and more than once.
 */
final class DemoResults {

  /** A network at one stage: how it was made and how good it is. */
  record Finished(Checkpoint checkpoint, Evaluation evaluation) {}

  private final List<Double> sparsities;
  private final Map<Stage, NavigableMap<Double, Checkpoint>> checkpoints =
      new EnumMap<>(Stage.class);
  private final Map<Stage, NavigableMap<Double, Evaluation>> evaluations =
      new EnumMap<>(Stage.class);
  private Optional<String> failure = Optional.empty();

  DemoResults(List<Double> sparsities) {
    this.sparsities = sparsities.stream().sorted().toList();
  }

  void add(Checkpoint checkpoint) {
    of(checkpoints, checkpoint.getStage()).put(checkpoint.getTargetSparsity(), checkpoint);
  }

  void add(Evaluation evaluation) {
    of(evaluations, evaluation.getStage()).put(evaluation.getTargetSparsity(), evaluation);
  }

  void add(Outcome outcome) {
    if (outcome.getResult() != Result.DONE) {
      fail(outcome.getReason().orElse(outcome.getResult().toString()));
    }
  }

  /** Something that no result can follow from. The first is the one that is told. */
  void fail(String reason) {
    failure = failure.or(() -> Optional.of(reason));
  }

  /** Why there will be no complete result; absent while there still may be. */
  Optional<String> failure() {
    return failure;
  }

  /** Whether every network was made and evaluated. */
  boolean complete() {
    return finished(Stage.DENSE, 0).isPresent()
        && sparsities.stream()
            .allMatch(
                sparsity ->
                    finished(Stage.PRUNED, sparsity).isPresent()
                        && finished(Stage.RETRAINED, sparsity).isPresent());
  }

  /** The sparsities that were asked for, ascending. */
  List<Double> sparsities() {
    return sparsities;
  }

  Optional<Finished> finished(Stage stage, double sparsity) {
    var checkpoint = Optional.ofNullable(of(checkpoints, stage).get(sparsity));
    var evaluation = Optional.ofNullable(of(evaluations, stage).get(sparsity));
    return checkpoint.flatMap(made -> evaluation.map(judged -> new Finished(made, judged)));
  }

  private static <V> NavigableMap<Double, V> of(
      Map<Stage, NavigableMap<Double, V>> records, Stage stage) {
    return records.computeIfAbsent(stage, unseen -> new TreeMap<>());
  }
}
