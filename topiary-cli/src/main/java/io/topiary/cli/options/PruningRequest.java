package io.topiary.cli.options;

import io.topiary.cli.options.RetrainingEpochs.Budget;
import io.topiary.cli.options.RetrainingEpochs.PerPhase;
import io.topiary.cli.options.RetrainingEpochs.Total;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.plan.Phase;
import io.topiary.sparsity.plan.PruningMethod;
import io.topiary.sparsity.plan.PruningPlan;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.List;
import java.util.Optional;

/**
 * How a network is to be pruned and retrained. One that exists makes sense in itself; whether there
 * are weights and images enough for it is found out with the network and the data set.
 *
 * @param phases 0 where the sparsity decides
 * @param sparsities each at least 0 and below 1, all different
 * @param denseEpochs of dense training
 */
public record PruningRequest(
    PruningMethod method,
    int phases,
    List<Double> sparsities,
    RetrainingRule rule,
    SelectorChoice selector,
    double denseEpochs,
    RetrainingEpochs retraining) {

  private static final String GLOBAL = "global-magnitude";

  public PruningRequest {
    sparsities = List.copyOf(sparsities);
  }

  /**
   * One-shot pruning by magnitude over the whole network.
   *
   * @throws io.topiary.runtime.StartException when it makes no sense
   */
  public static PruningRequest oneShot(
      List<Double> sparsities, RetrainingRule rule, double denseEpochs, double retrainEpochs) {
    return new TypedMethod(
            PruningMethod.ONE_SHOT.label(),
            Optional.empty(),
            sparsities,
            rule.label(),
            GLOBAL,
            denseEpochs,
            Optional.empty(),
            Optional.of(retrainEpochs),
            Optional.empty())
        .request();
  }

  /**
   * BIMP by magnitude over the whole network, with ALLR.
   *
   * @param epochs of dense training and retraining together
   * @param denseEpochs of dense training; absent for its usual share
   * @param phases absent for the usual number
   * @throws io.topiary.runtime.StartException when it makes no sense
   */
  public static PruningRequest bimp(
      List<Double> sparsities,
      double epochs,
      Optional<Double> denseEpochs,
      Optional<Integer> phases) {
    return new TypedMethod(
            PruningMethod.BIMP.label(),
            phases,
            sparsities,
            RetrainingRule.ALLR.label(),
            GLOBAL,
            epochs,
            denseEpochs,
            Optional.empty(),
            Optional.empty())
        .request();
  }

  /** The way to every sparsity, in the order in which they were asked for. */
  public List<PruningPlan> plans() {
    return sparsities.stream().map(this::plan).toList();
  }

  /** The same for a network that is known: of an N:M selector, with what it comes to there. */
  public List<PruningPlan> plansFor(Network network) {
    return selector
        .sparsityOf(network)
        .map(reached -> plans().stream().map(plan -> reaching(reached, plan)).toList())
        .orElseGet(this::plans);
  }

  /** N:M selectors prune once. */
  private static PruningPlan reaching(double sparsity, PruningPlan plan) {
    var phases =
        plan.phases().stream()
            .map(p -> new Phase(p.number(), sparsity, sparsity, p.epochs(), p.d2()))
            .toList();
    return new PruningPlan(plan.method(), plan.sparsity(), plan.denseEpochs(), phases);
  }

  private PruningPlan plan(double sparsity) {
    if (retraining instanceof Budget budget) {
      return PruningPlan.bimp(sparsity, phases, denseEpochs, budget.epochs());
    }
    if (retraining instanceof Total total) {
      return PruningPlan.impWithTotal(sparsity, phases, denseEpochs, total.epochs());
    }
    var perPhase = ((PerPhase) retraining).epochs();
    return switch (method) {
      case ONE_SHOT -> PruningPlan.oneShot(sparsity, denseEpochs, perPhase);
      case IMP_RENDA -> PruningPlan.renda(sparsity, denseEpochs, perPhase);
      case IMP, BIMP -> PruningPlan.imp(sparsity, phases, denseEpochs, perPhase);
    };
  }
}
