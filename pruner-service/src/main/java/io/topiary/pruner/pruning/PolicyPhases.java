package io.topiary.pruner.pruning;

import static io.topiary.pruner.pruning.Policies.require;

import io.topiary.schemas.PruningPolicy;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.Optional;

/** What a policy may say of its phases and of the epochs that they retrain for. */
final class PolicyPhases {

  private PolicyPhases() {}

  static void requireValid(PruningPolicy policy) {
    switch (policy.getMethod()) {
      case ONE_SHOT -> {
        requirePhases(policy, 1, 1, "");
        requireAbsent(policy, policy.getTotalRetrainEpochs(), "in all phases", "IMP");
        requireAbsent(policy, policy.getBudget(), "with dense training", "BIMP");
        requireEpochs(policy, true);
      }
      case IMP -> {
        requirePhases(policy, 1, PruningPlan.MOST_PHASES, "");
        requireAbsent(policy, policy.getBudget(), "with dense training", "BIMP");
        requirePerPhaseOrInAll(policy);
      }
      case IMP_RENDA -> {
        // 1 is what a policy says that says nothing.
        requirePhases(policy, 0, 1, ", as the sparsity decides");
        requireAbsent(policy, policy.getTotalRetrainEpochs(), "in all phases", "IMP");
        requireAbsent(policy, policy.getBudget(), "with dense training", "BIMP");
        requireEpochs(policy, false);
      }
      case BIMP -> {
        requirePhases(policy, 1, PruningPlan.MOST_PHASES, "");
        requireAbsent(policy, policy.getTotalRetrainEpochs(), "in all phases", "IMP");
        requireBudget(policy);
      }
      case GMP, GSM, DPF, DNW, LC, STR, DST, UNKNOWN ->
          throw new IllegalArgumentException("the method is checked before its phases");
    }
  }

  private static void requirePhases(PruningPolicy policy, int least, int most, String why) {
    var phases = policy.getPhases();
    require(
        phases >= least && phases <= most,
        policy,
        "has %d phases; with %s it must be %s%s"
            .formatted(
                phases, policy.getMethod(), least == most ? least : least + " to " + most, why));
  }

  private static void requireAbsent(
      PruningPolicy policy, Optional<Double> epochs, String what, String method) {
    require(
        epochs.isEmpty(),
        policy,
        "is given %s epochs %s; only %s can be, and the method is %s"
            .formatted(epochs.orElse(0.0), what, method, policy.getMethod()));
  }

  private static void requireEpochs(PruningPolicy policy, boolean none) {
    var epochs = policy.getRetrainEpochs();
    require(
        (none ? epochs >= 0 : epochs > 0) && epochs <= PruningPlan.MOST_EPOCHS,
        policy,
        "retrains for %s epochs; with %s it must be %s 0 and at most %d"
            .formatted(
                epochs, policy.getMethod(), none ? "at least" : "above", PruningPlan.MOST_EPOCHS));
  }

  private static void requirePerPhaseOrInAll(PruningPolicy policy) {
    var perPhase = policy.getRetrainEpochs();
    if (policy.getTotalRetrainEpochs().isEmpty()) {
      requireEpochs(policy, false);
      return;
    }
    var inAll = policy.getTotalRetrainEpochs().orElseThrow();
    require(
        perPhase == 0,
        policy,
        "retrains for %s epochs per phase and for %s in all; one of them must be left out"
            .formatted(perPhase, inAll));
    require(
        inAll > 0 && inAll <= PruningPlan.MOST_EPOCHS,
        policy,
        "retrains for %s epochs in all; it must be above 0 and at most %d"
            .formatted(inAll, PruningPlan.MOST_EPOCHS));
  }

  private static void requireBudget(PruningPolicy policy) {
    var budget = policy.getBudget();
    require(
        budget.isPresent(),
        policy,
        "has no budget; with BIMP it must say how many epochs dense training and retraining have together");
    require(
        policy.getRetrainEpochs() == 0,
        policy,
        "retrains for %s epochs per phase within a budget of %s; the former must be 0, as the budget decides"
            .formatted(policy.getRetrainEpochs(), budget.orElseThrow()));
    require(
        budget.orElseThrow() > 0 && budget.orElseThrow() <= PruningPlan.MOST_EPOCHS,
        policy,
        "has a budget of %s epochs; it must be above 0 and at most %d"
            .formatted(budget.orElseThrow(), PruningPlan.MOST_EPOCHS));
  }
}
