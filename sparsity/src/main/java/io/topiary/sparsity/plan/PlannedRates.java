package io.topiary.sparsity.plan;

import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.Iterations;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.RetrainingSchedule;

/**
 * A plan with its learning rates, as far as they are known before anything runs: ALLR's d1 is
 * measured only when a phase prunes, so its rates are known to lie between those for d = d2 and
 * those for d = 1.
 *
 * @param dense the dense training, of as many iterations as the plan's dense epochs take
 * @param iterationsPerEpoch at least 1
 */
public record PlannedRates(
    PruningPlan plan, RetrainingRule rule, DenseHistory dense, int iterationsPerEpoch) {

  public PlannedRates {
    if (iterationsPerEpoch < 1) {
      throw new PlanException(
          "An epoch takes %d iterations; it must be at least 1.".formatted(iterationsPerEpoch));
    }
    var expected = Iterations.of(plan.denseEpochs(), iterationsPerEpoch);
    if (dense.length() != expected) {
      throw new PlanException(
          "The dense training has %d iterations, but its %s epochs are %d."
              .formatted(dense.length(), plan.denseEpochs(), expected));
    }
  }

  /** n of a phase. */
  public int iterations(Phase phase) {
    return phase.iterations(iterationsPerEpoch);
  }

  /** Iterations of the dense training and all phases. */
  public long iterationsInAll() {
    return dense.length() + plan.phases().stream().mapToLong(this::iterations).sum();
  }

  /** The rates of a phase; for ALLR the lowest they can be, those of d = d2. */
  public RetrainingSchedule lowest(Phase phase) {
    return rule.schedule(dense, iterations(phase), 0, phase.d2());
  }

  /** The rates of a phase; for ALLR the highest they can be, those of d = 1. */
  public RetrainingSchedule highest(Phase phase) {
    return rule.schedule(dense, iterations(phase), 1, phase.d2());
  }
}
