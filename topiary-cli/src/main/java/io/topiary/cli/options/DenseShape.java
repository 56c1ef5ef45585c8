package io.topiary.cli.options;

import io.topiary.sparsity.schedule.DenseRule;
import io.topiary.sparsity.schedule.DenseSchedule;
import io.topiary.sparsity.schedule.OneCycle;
import java.util.Optional;

/**
 * How the rates of a dense training go, however high and long.
 *
 * @param warmUp the share of the iterations in which they rise, at least 0 and below 1
 */
public record DenseShape(DenseRule rule, double warmUp) {

  /** With the rule's usual warm-up where none was asked for. */
  static DenseShape of(DenseRule rule, Optional<Double> warmUp) {
    return new DenseShape(
        rule, warmUp.orElse(rule == DenseRule.ONE_CYCLE ? OneCycle.USUAL_RISE : 0));
  }

  /** Whether they fall to 0 in a straight line. */
  boolean linear() {
    return rule == DenseRule.LINEAR;
  }

  /**
   * The rates of a training. Its warm-up is {@code rint(share * iterations)} long, but leaves one
   * iteration at least.
   */
  DenseSchedule rates(double peak, int iterations) {
    var rise = (int) Math.max(0, Math.min(iterations - 1.0, Math.rint(warmUp * iterations)));
    return rule.schedule(peak, rise, iterations);
  }
}
