package io.topiary.cli.compare;

import io.topiary.cli.compare.result.RatePlan;
import io.topiary.cli.compare.result.RatePlan.Rate;
import io.topiary.runtime.recipe.LearningRates;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.schedule.DenseRule;
import java.util.stream.IntStream;

/** Learning rates as a job carries them, as rates to draw. */
final class Rates {

  private Rates() {}

  static RatePlan of(LearningRatePlan plan) {
    var schedule = LearningRates.schedule(plan);
    var shown = Math.min(RatePlan.MOST_RATES, plan.getIterations());
    var rates =
        IntStream.range(0, shown)
            .map(i -> shown == 1 ? 0 : (int) ((long) i * (plan.getIterations() - 1) / (shown - 1)))
            .mapToObj(iteration -> new Rate(iteration, schedule.learningRate(iteration)))
            .toList();
    return new RatePlan(
        label(plan.getSchedule()),
        plan.getIterations(),
        plan.getWarmUp(),
        plan.getPeak(),
        plan.getD1(),
        plan.getD2(),
        rates);
  }

  private static String label(Schedule schedule) {
    return LearningRates.isDense(schedule)
        ? DenseRule.valueOf(schedule.name()).label()
        : LearningRates.rule(schedule).label();
  }
}
