package io.topiary.pruner.pruning;

import io.topiary.schemas.Checkpoint;
import io.topiary.schemas.DenseRun;
import io.topiary.schemas.Ids;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Plan;
import io.topiary.schemas.PruningPolicy;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.plan.PruningPlan;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of the plans that a policy asks for.
 *
 * @param planId see {@link Ids}
 * @param sparsity one of the policy's
 * @param seed of the retraining, and of what is pruned by lot
 */
public record WantedPlan(String planId, PruningPolicy policy, double sparsity, long seed) {

  /** One for every sparsity and every seed; the dense run's seed when the policy names none. */
  public static List<WantedPlan> of(PruningPolicy policy, Checkpoint dense) {
    return policy.getSparsities().stream()
        .flatMap(sparsity -> ofSeeds(policy, dense, sparsity))
        .toList();
  }

  /**
   * What the plan was made for, whatever has become of its policy.
   *
   * @throws RefusedException when the plan is of a version that did not keep its policy
   */
  static WantedPlan of(Plan plan) {
    var policy =
        plan.getPinnedPolicy()
            .orElseThrow(
                () ->
                    new RefusedException(
                        "Plan %s does not say by what policy it was made; it must, to have another phase."
                            .formatted(plan.getPlanId())));
    var job = plan.getJob();
    return new WantedPlan(
        plan.getPlanId(), policy, job.getTargetSparsity(), job.getRecipe().getSeed());
  }

  /**
   * The phases.
   *
   * @param dense of T epochs; for BIMP T_0, with a rate that falls linearly
   * @throws io.topiary.sparsity.InvalidInputException when there can be no such plan: when BIMP's
   *     dense run has used up the budget, say
   */
  PruningPlan phases(DenseRun dense) {
    var denseEpochs = dense.getEpochs();
    var epochs = policy.getRetrainEpochs();
    return switch (policy.getMethod()) {
      case ONE_SHOT -> PruningPlan.oneShot(sparsity, denseEpochs, epochs);
      case IMP ->
          policy
              .getTotalRetrainEpochs()
              .map(
                  inAll ->
                      PruningPlan.impWithTotal(sparsity, policy.getPhases(), denseEpochs, inAll))
              .orElseGet(() -> PruningPlan.imp(sparsity, policy.getPhases(), denseEpochs, epochs));
      case IMP_RENDA -> PruningPlan.renda(sparsity, denseEpochs, epochs);
      case BIMP -> {
        requireLinear(dense);
        yield PruningPlan.bimp(
            sparsity, policy.getPhases(), denseEpochs, policy.getBudget().orElse(0.0));
      }
      case GMP, GSM, DPF, DNW, LC, STR, DST, UNKNOWN ->
          throw new RefusedException(
              "Policy '%s' has a method that prunes no trained network."
                  .formatted(policy.getName()));
    };
  }

  /** Rates that are not known are refused where they are needed. */
  private void requireLinear(DenseRun dense) {
    dense
        .getLearningRate()
        .map(LearningRatePlan::getSchedule)
        .filter(schedule -> schedule != Schedule.LINEAR)
        .ifPresent(
            schedule -> {
              throw new RefusedException(
                  "Policy '%s' is BIMP, but the dense run of checkpoint %s was trained with %s; it must be LINEAR, as BIMP's rate falls to 0 before it prunes."
                      .formatted(policy.getName(), dense.getCheckpointId(), schedule));
            });
  }

  private static Stream<WantedPlan> ofSeeds(
      PruningPolicy policy, Checkpoint dense, double sparsity) {
    var id = dense.getCheckpointId();
    if (policy.getSeeds().isEmpty()) {
      var seed = dense.getRecipe().getSeed();
      return Stream.of(new WantedPlan(Ids.planId(id, policy, sparsity), policy, sparsity, seed));
    }
    return policy.getSeeds().stream()
        .map(
            seed -> new WantedPlan(Ids.planId(id, policy, sparsity, seed), policy, sparsity, seed));
  }
}
