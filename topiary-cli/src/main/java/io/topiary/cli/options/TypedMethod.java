package io.topiary.cli.options;

import static io.topiary.cli.options.Refusals.number;
import static io.topiary.cli.options.Refusals.require;
import static io.topiary.cli.options.Refusals.requireAbsent;
import static io.topiary.cli.options.Refusals.requirePositive;

import io.topiary.cli.options.RetrainingEpochs.Budget;
import io.topiary.cli.options.RetrainingEpochs.PerPhase;
import io.topiary.cli.options.RetrainingEpochs.Total;
import io.topiary.sparsity.plan.PruningMethod;
import io.topiary.sparsity.plan.PruningPlan;
import io.topiary.sparsity.schedule.RetrainingRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The method options as they were typed; what was not is absent. Here is decided what goes together
 * and what stands in for what was not said.
 */
record TypedMethod(
    String method,
    Optional<Integer> phases,
    List<Double> sparsities,
    String schedule,
    String selector,
    double epochs,
    Optional<Double> denseEpochs,
    Optional<Double> retrainEpochs,
    Optional<Double> totalRetrainEpochs) {

  /** Of a budget, what the dense training gets unless it is told otherwise. */
  private static final double DENSE_SHARE = 0.4;

  /**
   * @throws io.topiary.runtime.StartException when it makes no sense or contradicts itself
   */
  PruningRequest request() {
    var kind = chosenMethod();
    requirePositive("--epochs", epochs);
    var chosenPhases = phasesOf(kind);
    var chosenSelector = chosenSelector(kind);
    return new PruningRequest(
        kind,
        chosenPhases,
        sparsitiesFor(chosenSelector),
        chosenRule(),
        chosenSelector,
        kind == PruningMethod.BIMP ? denseShare() : allEpochs(),
        retrainingOf(kind));
  }

  private PruningMethod chosenMethod() {
    var labels = Stream.of(PruningMethod.values()).map(PruningMethod::label).toList();
    Refusals.requireChoice("--method", method, labels);
    return PruningMethod.named(method);
  }

  private RetrainingRule chosenRule() {
    var labels = Stream.of(RetrainingRule.values()).map(RetrainingRule::label).toList();
    Refusals.requireChoice("--schedule", schedule, labels);
    return RetrainingRule.named(schedule);
  }

  private SelectorChoice chosenSelector(PruningMethod kind) {
    var chosen = SelectorChoice.of(selector);
    require(
        chosen.onlySparsity().isEmpty() || kind == PruningMethod.ONE_SHOT,
        "--selector is %s, which prunes once; it should go with --method one-shot, not %s.",
        selector,
        method);
    return chosen;
  }

  private int phasesOf(PruningMethod kind) {
    phases.ifPresent(
        given ->
            require(
                given >= 1 && given <= PruningPlan.MOST_PHASES,
                "--phases is %d, but it should be between 1 and %d.",
                given,
                PruningPlan.MOST_PHASES));
    switch (kind) {
      case ONE_SHOT -> {
        requireAbsent(
            "--phases",
            phases.filter(given -> given != 1),
            "--method one-shot has one phase; --method imp has several");
        return 1;
      }
      case IMP_RENDA -> {
        requireAbsent(
            "--phases",
            phases,
            "--method imp-renda takes as many phases as the sparsity needs; --method imp can be"
                + " told");
        return 0;
      }
      default -> {
        return phases.orElse(MethodOptions.USUAL_PHASES);
      }
    }
  }

  private List<Double> sparsitiesFor(SelectorChoice chosen) {
    sparsities.forEach(TypedMethod::requireSparsity);
    require(
        sparsities.stream().distinct().count() == sparsities.size(),
        "--sparsity is %s, but each sparsity should be named once.",
        sparsities);
    if (chosen.onlySparsity().isEmpty()) {
      return sparsities.isEmpty() ? MethodOptions.USUAL_SPARSITIES : sparsities;
    }
    return List.of(chosen.requireOnly(sparsities));
  }

  static void requireSparsity(double sparsity) {
    require(
        sparsity >= 0 && sparsity < 1,
        "--sparsity has %s, but a sparsity should be at least 0 and below 1, for example 0.9.",
        number(sparsity));
  }

  private double allEpochs() {
    requireAbsent(
        "--dense-epochs",
        denseEpochs,
        "only --method bimp has a budget to take them from; --epochs says it for the others");
    return epochs;
  }

  private double denseShare() {
    var dense = denseEpochs.orElse(DENSE_SHARE * epochs);
    requirePositive("--dense-epochs", dense);
    require(
        dense < epochs,
        "--dense-epochs is %s, but it should be below --epochs, which is %s, so that some are left"
            + " for retraining.",
        number(dense),
        number(epochs));
    return dense;
  }

  private RetrainingEpochs retrainingOf(PruningMethod kind) {
    if (kind == PruningMethod.BIMP) {
      var rest = "--method bimp retrains with what --dense-epochs leaves of --epochs";
      requireAbsent("--retrain-epochs", retrainEpochs, rest);
      requireAbsent("--total-retrain-epochs", totalRetrainEpochs, rest);
      requireEpochs("--epochs", epochs);
      requireEpochForEach(denseShare());
      return new Budget(epochs);
    }
    retrainEpochs.ifPresent(given -> requireEpochs("--retrain-epochs", given));
    totalRetrainEpochs.ifPresent(given -> requireEpochs("--total-retrain-epochs", given));
    if (totalRetrainEpochs.isEmpty()) {
      return new PerPhase(retrainEpochs.orElse(MethodOptions.USUAL_RETRAINING));
    }
    if (kind != PruningMethod.IMP) {
      requireAbsent(
          "--total-retrain-epochs",
          totalRetrainEpochs,
          "only --method imp splits a total; --retrain-epochs says it for one phase");
    }
    requireAbsent(
        "--retrain-epochs",
        retrainEpochs,
        "--total-retrain-epochs is given too; one of them should go");
    var total = totalRetrainEpochs.orElseThrow();
    var count = phases.orElse(MethodOptions.USUAL_PHASES);
    require(
        count == 1 || total >= count,
        "--total-retrain-epochs is %s, but --phases is %d; it should be at least %d, an epoch for"
            + " each phase.",
        number(total),
        count,
        count);
    return new Total(total);
  }

  /** Phases get whole epochs, and what is left over goes to the last. */
  private void requireEpochForEach(double dense) {
    var count = phases.orElse(MethodOptions.USUAL_PHASES);
    require(
        count == 1 || epochs - dense >= count,
        "--epochs is %s, of which the dense training takes %s; for %d phases it should be at least"
            + " %s, an epoch for each.",
        number(epochs),
        number(dense),
        count,
        number(least(dense, count)));
  }

  /** Of all epochs: where nothing says what the dense training takes, it takes its share. */
  private double least(double dense, int count) {
    return denseEpochs.isPresent() ? dense + count : Math.ceil(count / (1 - DENSE_SHARE));
  }

  /** What the pruner would refuse. */
  private static void requireEpochs(String option, double epochs) {
    requirePositive(option, epochs);
    require(
        epochs <= PruningPlan.MOST_EPOCHS,
        "%s is %s, but it should be at most %d.",
        option,
        number(epochs),
        PruningPlan.MOST_EPOCHS);
  }
}
