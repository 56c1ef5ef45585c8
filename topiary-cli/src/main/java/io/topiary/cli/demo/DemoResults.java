package io.topiary.cli.demo;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.Evaluation;
import io.topiary.schemas.Lineage;
import io.topiary.schemas.Outcome;
import io.topiary.schemas.Result;
import io.topiary.schemas.Stage;
import io.topiary.schemas.Work;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What has come back from the topics so far, and whether that is all. Records may come in any order
 * and more than once.
 */
final class DemoResults {

  /** A network at one stage: how it was made and how good it is. */
  record Finished(Checkpoint checkpoint, Evaluation evaluation) {}

  /** Where a network stands on the way to a sparsity; 0 and 0 when it is dense. */
  private record Place(Stage stage, double target, int phase) {

    private static final Place DENSE = new Place(Stage.DENSE, 0, 0);

    static Place of(Stage stage, double target, Lineage lineage) {
      return stage == Stage.DENSE ? DENSE : new Place(stage, target, lineage.getPhase());
    }
  }

  private final List<PruningPlan> plans;
  private final Map<Place, Checkpoint> checkpoints = new HashMap<>();
  private final Map<Place, Evaluation> evaluations = new HashMap<>();
  private final Set<String> plansDone = new HashSet<>();
  private Optional<String> failure = Optional.empty();

  DemoResults(List<PruningPlan> plans) {
    this.plans = plans.stream().sorted(Comparator.comparing(PruningPlan::sparsity)).toList();
  }

  void add(Checkpoint checkpoint) {
    checkpoints.put(
        Place.of(checkpoint.getStage(), checkpoint.getTargetSparsity(), checkpoint.getLineage()),
        checkpoint);
  }

  void add(Evaluation evaluation) {
    evaluations.put(
        Place.of(evaluation.getStage(), evaluation.getTargetSparsity(), evaluation.getLineage()),
        evaluation);
  }

  void add(Outcome outcome) {
    if (outcome.getResult() != Result.DONE) {
      fail(outcome.getReason().orElse(outcome.getResult().toString()));
    } else if (outcome.getWork() == Work.PLAN) {
      plansDone.add(outcome.getId());
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

  /** Whether every plan has ended, and every network on its way was made and evaluated. */
  boolean complete() {
    return dense().isPresent()
        && plansDone.size() == plans.size()
        && plans.stream()
            .allMatch(
                plan ->
                    plan.phases().stream()
                        .allMatch(
                            phase ->
                                finished(Stage.PRUNED, plan, phase.number()).isPresent()
                                    && finished(Stage.RETRAINED, plan, phase.number())
                                        .isPresent()));
  }

  /** All evaluations that have come back. */
  Collection<Evaluation> evaluations() {
    return evaluations.values();
  }

  /** The ways to the sparsities that were asked for, ascending. */
  List<PruningPlan> plans() {
    return plans;
  }

  Optional<Finished> dense() {
    return at(Place.DENSE);
  }

  /** The network of a plan's last phase. */
  Optional<Finished> last(Stage stage, PruningPlan plan) {
    return finished(stage, plan, plan.phases().size());
  }

  /**
   * The network of one phase.
   *
   * @param phase counted from 1
   */
  Optional<Finished> finished(Stage stage, PruningPlan plan, int phase) {
    return at(new Place(stage, plan.sparsity(), phase));
  }

  private Optional<Finished> at(Place place) {
    var checkpoint = Optional.ofNullable(checkpoints.get(place));
    var evaluation = Optional.ofNullable(evaluations.get(place));
    return checkpoint.flatMap(made -> evaluation.map(judged -> new Finished(made, judged)));
  }
}
