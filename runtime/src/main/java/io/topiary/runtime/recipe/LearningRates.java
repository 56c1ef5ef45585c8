package io.topiary.runtime.recipe;

import io.topiary.schemas.DenseRates;
import io.topiary.schemas.LearningRatePlan;
import io.topiary.schemas.Schedule;
import io.topiary.sparsity.InvalidInputException;
import io.topiary.sparsity.schedule.Allr;
import io.topiary.sparsity.schedule.Clr;
import io.topiary.sparsity.schedule.CosineDecay;
import io.topiary.sparsity.schedule.DenseHistory;
import io.topiary.sparsity.schedule.DenseRule;
import io.topiary.sparsity.schedule.DenseSchedule;
import io.topiary.sparsity.schedule.Ft;
import io.topiary.sparsity.schedule.LearningRateSchedule;
import io.topiary.sparsity.schedule.LinearDecay;
import io.topiary.sparsity.schedule.Llr;
import io.topiary.sparsity.schedule.Lrw;
import io.topiary.sparsity.schedule.OneCycle;
import io.topiary.sparsity.schedule.RetrainingRule;
import io.topiary.sparsity.schedule.RetrainingSchedule;
import io.topiary.sparsity.schedule.Slr;
import io.topiary.sparsity.schedule.StepDecay;
import java.util.EnumSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Learning rates as records carry them. Reading a plan that was written here gives the same rates,
 * bit for bit; ALLR comes back as the {@link LinearDecay} that it is, because a plan carries d
 * eta_1 but not eta_1.
 */
public final class LearningRates {

  private LearningRates() {}

  /**
   * The rates that a plan stands for.
   *
   * @throws InvalidInputException when it stands for none
   */
  public static LearningRateSchedule schedule(LearningRatePlan plan) {
    var schedule = follow(plan);
    require(
        schedule.warmUp() == plan.getWarmUp(),
        plan,
        "has a warm-up of %d iterations; of %d it must be %d"
            .formatted(plan.getWarmUp(), plan.getIterations(), schedule.warmUp()));
    require(
        schedule.peak() == plan.getPeak(),
        plan,
        "has the peak rate %s; after its dense training it must be %s"
            .formatted(plan.getPeak(), schedule.peak()));
    return schedule;
  }

  /**
   * The rates of a dense training, for retraining to refer to.
   *
   * @throws InvalidInputException when the plan is not one for dense training, or stands for none
   */
  public static DenseHistory history(LearningRatePlan plan) {
    requireOwnFieldsOnly(plan);
    return new DenseHistory(dense(plan));
  }

  /** The plan that stands for the rates. */
  public static LearningRatePlan plan(LearningRateSchedule schedule) {
    var plan =
        LearningRatePlan.newBuilder()
            .setSchedule(kind(schedule))
            .setPeak(schedule.peak())
            .setWarmUp(schedule.warmUp())
            .setIterations(schedule.iterations());
    if (schedule instanceof StepDecay step) {
      plan.setMilestones(step.milestones()).setFactor(step.factor());
    } else if (schedule instanceof Lrw lrw) {
      plan.setHistory(rates(lrw.history().schedule()));
    } else if (schedule instanceof Slr slr) {
      plan.setHistory(rates(slr.history().schedule()));
    } else if (schedule instanceof Clr clr) {
      plan.setMinimum(clr.etaMin());
    } else if (schedule instanceof Allr allr) {
      plan.setD1(allr.d1()).setD2(allr.d2());
    }
    return plan.build();
  }

  /** The name in records of a rule for retraining. */
  public static Schedule kind(RetrainingRule rule) {
    return Schedule.valueOf(rule.name());
  }

  /** The name in records of a rule for dense training. */
  public static Schedule kind(DenseRule rule) {
    return Schedule.valueOf(rule.name());
  }

  /** Whether a record names a rule for dense training. */
  public static boolean isDense(Schedule kind) {
    return Stream.of(DenseRule.values()).anyMatch(rule -> kind(rule) == kind);
  }

  /**
   * The rule for retraining that a record names.
   *
   * @throws RecipeException when it names none
   */
  public static RetrainingRule rule(Schedule kind) {
    for (var rule : RetrainingRule.values()) {
      if (kind(rule) == kind) {
        return rule;
      }
    }
    throw new RecipeException(
        "%s is no schedule for retraining; known are %s."
            .formatted(
                kind,
                EnumSet.allOf(RetrainingRule.class).stream()
                    .map(Enum::name)
                    .collect(Collectors.joining(", "))));
  }

  private static Schedule kind(LearningRateSchedule schedule) {
    if (schedule instanceof RetrainingSchedule retraining) {
      return kind(retraining.rule());
    }
    return kind(((DenseSchedule) schedule).rule());
  }

  private static LearningRateSchedule follow(LearningRatePlan plan) {
    requireOwnFieldsOnly(plan);
    var iterations = plan.getIterations();
    return switch (plan.getSchedule()) {
      case UNKNOWN -> throw new IllegalStateException("it has been refused");
      case LINEAR, STEP, COSINE, ONE_CYCLE -> dense(plan);
      case ALLR -> linear(plan);
      case FT -> new Ft(plan.getPeak(), iterations);
      case LRW -> new Lrw(pastOf(plan), iterations);
      case SLR -> new Slr(pastOf(plan), iterations);
      case CLR -> new Clr(plan.getPeak(), plan.getMinimum(), iterations);
      case LLR -> new Llr(plan.getPeak(), iterations);
    };
  }

  /** Refuses what the plan's schedule makes no use of, as it shows that another was meant. */
  private static void requireOwnFieldsOnly(LearningRatePlan plan) {
    var schedule = plan.getSchedule();
    if (schedule == Schedule.UNKNOWN) {
      throw unknown();
    }
    require(
        schedule == Schedule.STEP || plan.getMilestones().isEmpty(),
        plan,
        "has milestones %s; only STEP can have any".formatted(plan.getMilestones()));
    require(
        schedule == Schedule.STEP || plan.getFactor() == 1,
        plan,
        "has the factor %s; only STEP can have one other than 1".formatted(plan.getFactor()));
    require(
        schedule == Schedule.CLR || plan.getMinimum() == 0,
        plan,
        "has the minimum %s; only CLR can have one other than 0".formatted(plan.getMinimum()));
    require(
        schedule == Schedule.LRW || schedule == Schedule.SLR || plan.getHistory().isEmpty(),
        plan,
        "has a history; only LRW and SLR can have one");
  }

  private static DenseSchedule dense(LearningRatePlan plan) {
    var peak = plan.getPeak();
    var warmUp = plan.getWarmUp();
    var iterations = plan.getIterations();
    return switch (plan.getSchedule()) {
      case LINEAR -> linear(plan);
      case STEP -> new StepDecay(peak, warmUp, iterations, plan.getMilestones(), plan.getFactor());
      case COSINE -> new CosineDecay(peak, warmUp, iterations);
      case ONE_CYCLE -> new OneCycle(peak, warmUp, iterations);
      case UNKNOWN, FT, LRW, SLR, CLR, LLR, ALLR ->
          throw complaint(
              plan, "is none for dense training; it must be LINEAR, STEP, COSINE or ONE_CYCLE");
    };
  }

  private static LinearDecay linear(LearningRatePlan plan) {
    return new LinearDecay(plan.getPeak(), plan.getWarmUp(), plan.getIterations());
  }

  private static DenseHistory pastOf(LearningRatePlan plan) {
    return history(
        plan.getHistory()
            .map(LearningRates::plan)
            .orElseThrow(
                () ->
                    complaint(
                        plan, "lacks the rates of the dense training; it must have a history")));
  }

  private static DenseRates rates(DenseSchedule schedule) {
    var plan = plan(schedule);
    return new DenseRates(
        plan.getSchedule(),
        plan.getPeak(),
        plan.getWarmUp(),
        plan.getIterations(),
        plan.getMilestones(),
        plan.getFactor());
  }

  private static LearningRatePlan plan(DenseRates rates) {
    return LearningRatePlan.newBuilder()
        .setSchedule(rates.getSchedule())
        .setPeak(rates.getPeak())
        .setWarmUp(rates.getWarmUp())
        .setIterations(rates.getIterations())
        .setMilestones(rates.getMilestones())
        .setFactor(rates.getFactor())
        .build();
  }

  private static RecipeException unknown() {
    return new RecipeException(
        "The learning-rate schedule is one that this version does not know; it knows %s."
            .formatted(
                EnumSet.complementOf(EnumSet.of(Schedule.UNKNOWN)).stream()
                    .map(Enum::name)
                    .collect(Collectors.joining(", "))));
  }

  private static void require(boolean condition, LearningRatePlan plan, String what) {
    if (!condition) {
      throw complaint(plan, what);
    }
  }

  private static RecipeException complaint(LearningRatePlan plan, String what) {
    return new RecipeException("The learning-rate plan %s %s.".formatted(plan.getSchedule(), what));
  }
}
