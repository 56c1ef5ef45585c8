package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;

import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.plan.PlannedRates;
import io.topiary.sparsity.schedule.DenseHistory;
import java.util.List;

/**
 * What can be known to fail is said now, not after the dense training: too few images for the
 * epochs, too few weights for the sparsity, rates that cannot be had.
 */
public final class Feasibility {

  private Feasibility() {}

  /**
   * The plans with their rates.
   *
   * @throws io.topiary.runtime.StartException when there are too few or too many iterations
   * @throws io.topiary.sparsity.InvalidInputException when there can be no such rates
   */
  public static List<PlannedRates> rates(
      PruningRequest pruning, TrainingRequest training, Network network, int perEpoch) {
    var bimp = pruning.retraining() instanceof RetrainingEpochs.Budget;
    require(
        !bimp || training.shape().linear(),
        "--dense-schedule is %s, but with --method bimp it should be linear, as the rate falls to 0"
            + " in a straight line before the first pruning.",
        training.shape().rule().label());
    requireAnIteration(bimp ? "--dense-epochs" : "--epochs", pruning.denseEpochs(), perEpoch);
    requireAnIteration(retrainOption(pruning), pruning.retraining().epochs(), perEpoch);
    var iterations = (int) Math.rint(pruning.denseEpochs() * perEpoch);
    var dense = new DenseHistory(training.rates(network, iterations));
    return pruning.plansFor(network).stream()
        .map(plan -> new PlannedRates(plan, pruning.rule(), dense, perEpoch))
        .peek(rates -> requireRates(rates, retrainOption(pruning)))
        .toList();
  }

  /** Refuses sparsities that the selector cannot reach in this network. */
  public static void requireReach(PruningRequest pruning, Network network) {
    require(
        pruning.selector().sparsityOf(network).filter(sparsity -> sparsity == 0).isEmpty(),
        "--selector is %s, but it removes nothing of network '%s', none of whose layers has more"
            + " than %d inputs; N should be lower.",
        pruning.selector().name(),
        network.name(),
        pruning.selector().n());
    var reach = Reach.of(pruning.selector(), network);
    pruning.plans().forEach(plan -> reach.require(plan.sparsity(), plan.finalSparsity()));
  }

  /** Refuses epochs that are less than half a batch, or more batches than can be counted. */
  public static void requireAnIteration(String option, double epochs, int perEpoch) {
    var iterations = Math.rint(epochs * perEpoch);
    require(
        iterations >= 1,
        "%s is %s, which is less than half a batch; it should be at least %.4f.",
        option,
        number(epochs),
        1.0 / perEpoch);
    require(
        iterations <= Integer.MAX_VALUE,
        "%s is %s, which is more batches than can be counted; it should be at most %d.",
        option,
        number(epochs),
        Integer.MAX_VALUE / perEpoch);
  }

  /** Asks for every phase's rates: LRW has none for more iterations than the dense training had. */
  private static void requireRates(PlannedRates rates, String option) {
    for (var phase : rates.plan().phases()) {
      require(
          phase.epochs() == 0 || rates.iterations(phase) > 0,
          "%s gives phase %d only %s epochs, which is less than half a batch; it should be more.",
          option,
          phase.number(),
          number(phase.epochs()));
      rates.highest(phase);
    }
  }

  private static String retrainOption(PruningRequest pruning) {
    if (pruning.retraining() instanceof RetrainingEpochs.Budget) {
      return "--epochs";
    }
    return pruning.retraining() instanceof RetrainingEpochs.Total
        ? "--total-retrain-epochs"
        : "--retrain-epochs";
  }
}
