package io.topiary.cli.compare.experiment;

import static io.topiary.cli.options.Refusals.number;

import io.topiary.cli.options.Feasibility;
import io.topiary.cli.options.PruningRequest;
import io.topiary.cli.options.Subject;
import io.topiary.cli.options.TrainingRequest;
import io.topiary.cli.pipeline.WorkRecords;
import io.topiary.runtime.artifact.ArtifactStore;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The comparison of schedules: one-shot magnitude pruning of the dense network of every seed, to
 * every sparsity, retrained by every schedule for every budget, as in table 1 of Zimmer, Spiegel
 * and Pokutta (2023).
 *
 * @param epochs T of the dense trainings
 * @param budgets of retraining, as shares of T
 * @param seeds how many, from that of the training on
 */
public record Schedules(
    List<RetrainingRule> rules,
    List<Double> sparsities,
    double epochs,
    List<Share> budgets,
    TrainingRequest training,
    int seeds) {

  public Schedules {
    rules = List.copyOf(rules);
    sparsities = List.copyOf(sparsities);
    budgets = List.copyOf(budgets);
  }

  public List<Long> allSeeds() {
    return LongStream.range(training.seed(), training.seed() + seeds).boxed().toList();
  }

  /**
   * Refuses what can be known to fail.
   *
   * @throws io.topiary.runtime.StartException with one sentence
   */
  public void requirePossible(Subject subject) {
    var perEpoch = subject.iterationsPerEpoch(training);
    Feasibility.requireAnIteration("--epochs", epochs, perEpoch);
    for (var budget : budgets) {
      Feasibility.requireAnIteration(
          "Of --epochs " + number(epochs) + ", --retrain " + budget.typed(),
          budget.of(epochs),
          perEpoch);
      for (var rule : rules) {
        var request = request(rule, budget);
        Feasibility.rates(request, training, subject.network(), perEpoch);
        Feasibility.requireReach(request, subject.network());
      }
    }
  }

  /**
   * All that is to be made.
   *
   * @param artifacts where the network's graph is put, if it has no name
   */
  public Experiment experiment(Subject subject, Identity identity, ArtifactStore artifacts) {
    var dense =
        allSeeds().stream()
            .map(
                seed ->
                    new DenseTraining(
                        WorkRecords.dense(
                            identity.model(seed),
                            identity.generation(),
                            subject.recipe(training.withSeed(seed), epochs, artifacts))))
            .toList();
    var trials = new ArrayList<Trial>();
    for (var rule : rules) {
      for (var sparsity : sparsities) {
        for (var budget : budgets) {
          dense.forEach(from -> trials.add(trial(rule, sparsity, budget, from)));
        }
      }
    }
    return new Experiment(dense, trials);
  }

  private Trial trial(RetrainingRule rule, double sparsity, Share budget, DenseTraining dense) {
    var retrainEpochs = budget.of(epochs);
    // A policy of one schedule and one budget: plans tell neither apart by themselves.
    var name = "%s-%s-%s-epochs".formatted(dense.model(), rule.label(), number(retrainEpochs));
    return Trial.Pruning.of(
        new Cell(rule.label(), sparsity, retrainEpochs, dense.seed()),
        dense,
        WorkRecords.policy(name, dense.model(), request(rule, budget)),
        1);
  }

  private PruningRequest request(RetrainingRule rule, Share budget) {
    return PruningRequest.oneShot(sparsities, rule, epochs, budget.of(epochs));
  }
}
