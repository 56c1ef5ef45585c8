package io.topiary.sparsity.plan;

import io.topiary.sparsity.schedule.Allr;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The way from a dense network to a sparse one. It is known in full before anything is trained, but
 * for ALLR's d1, which every phase measures when it prunes.
 *
 * <p>Source: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining,
 * ICLR (arXiv 2111.00843).
 *
 * @param sparsity the target, in [0, 1)
 * @param denseEpochs T of the dense training (T_0 for BIMP), above 0
 * @param phases at least one
 */
public record PruningPlan(
    PruningMethod method, double sparsity, double denseEpochs, List<Phase> phases) {

  /** More phases than this are a slip of the hand. */
  public static final int MOST_PHASES = 1_000;

  /** So are more epochs than this. */
  public static final int MOST_EPOCHS = 1_000_000;

  private static final double FIFTH = 0.2;

  /**
   * Of k, far above the rounding errors of a logarithm. With a = 1 - s, what is alive in the end
   * may exceed a by a (a^-1e-9 - 1), about 1e-9 a ln(1/a), which is at most 1e-9 / e.
   */
  private static final double ROUNDING = 1e-9;

  public PruningPlan {
    requireSparsity(sparsity);
    requireDenseEpochs(denseEpochs);
    requirePhases(phases.size());
    phases = List.copyOf(phases);
    for (var phase : phases) {
      var d2 = Allr.d2(phase.epochs(), denseEpochs);
      if (phase.d2() != d2) {
        throw new PlanException(
            "Phase %d has d2 %s; with %s of %s epochs it must be %s."
                .formatted(phase.number(), phase.d2(), phase.epochs(), denseEpochs, d2));
      }
    }
  }

  /**
   * One phase: p = s.
   *
   * @param epochs T_rt, at least 0
   * @throws PlanException when there can be no such plan
   */
  public static PruningPlan oneShot(double sparsity, double denseEpochs, double epochs) {
    requireEpochs("Retraining", epochs);
    return geometric(PruningMethod.ONE_SHOT, sparsity, 1, denseEpochs, number -> epochs);
  }

  /**
   * IMP in k phases of the same number of epochs: each prunes p = 1 - (1 - s)^(1/k) of the weights
   * alive, so that sparsity is s_i = 1 - (1 - p)^i after phase i and s after the last. Of N weights
   * phase i is to leave N - rint(s_i N); whoever prunes aims at that number, as what rint(p alive)
   * rounds would add up from phase to phase.
   *
   * @param phases k, at least 1
   * @param epochsPerPhase T_rt, at least 0
   * @throws PlanException when there can be no such plan
   */
  public static PruningPlan imp(
      double sparsity, int phases, double denseEpochs, double epochsPerPhase) {
    requireEpochs("Retraining per phase", epochsPerPhase);
    return geometric(PruningMethod.IMP, sparsity, phases, denseEpochs, number -> epochsPerPhase);
  }

  /**
   * IMP in k phases that share E epochs: E div k whole epochs each, and the remainder goes to the
   * last.
   *
   * @param phases k, at least 1
   * @param epochsInAll E, at least 0
   * @throws PlanException when there can be no such plan
   */
  public static PruningPlan impWithTotal(
      double sparsity, int phases, double denseEpochs, double epochsInAll) {
    requireEpochs("Retraining in all", epochsInAll);
    requirePhases(phases);
    return geometric(
        PruningMethod.IMP,
        sparsity,
        phases,
        denseEpochs,
        shares(BigDecimal.valueOf(epochsInAll), phases));
  }

  /**
   * IMP that prunes p = 0.2 of the weights alive in each of k = ceil(log(1 - s) / log 0.8) phases.
   * Only whole phases are run, so the nominal final sparsity 1 - 0.8^k is at least s and often
   * beyond it: 0.9 takes 11 phases, which end at 0.914. Where 1 - 0.8^k falls short of s by less
   * than 4e-10, as it may for rounding alone, it counts as s and takes no phase more.
   *
   * <p>Source: Renda, Frankle and Carbin, 2020, Comparing Rewinding and Fine-tuning in Neural
   * Network Pruning, ICLR (arXiv 2003.02389).
   *
   * @param sparsity s, above 0, as 0 would take no phase at all
   * @param epochsPerPhase T_rt, at least 0
   * @throws PlanException when there can be no such plan
   */
  public static PruningPlan renda(double sparsity, double denseEpochs, double epochsPerPhase) {
    requireSparsity(sparsity);
    requireDenseEpochs(denseEpochs);
    requireEpochs("Retraining per phase", epochsPerPhase);
    var exact = Math.log1p(-sparsity) / Math.log(1 - FIFTH);
    var count = (int) Math.ceil(exact * (1 - ROUNDING));
    if (count == 0) {
      throw new PlanException(
          "The target sparsity is %s; with a fifth of the weights pruned per phase it must be above 0."
              .formatted(sparsity));
    }
    var d2 = Allr.d2(epochsPerPhase, denseEpochs);
    var phases =
        IntStream.rangeClosed(1, count)
            .mapToObj(
                number -> {
                  var reached = 1 - Math.pow(1 - FIFTH, number);
                  // What rounding alone keeps below the target has reached it.
                  var after = number == count ? Math.max(reached, sparsity) : reached;
                  return new Phase(number, FIFTH, after, epochsPerPhase, d2);
                })
            .toList();
    return new PruningPlan(PruningMethod.IMP_RENDA, sparsity, denseEpochs, phases);
  }

  /**
   * Budgeted IMP: a dense training of T_0 epochs, whose rate falls linearly to 0, and k phases of
   * IMP in the T - T_0 epochs that are left, shared as in {@link #impWithTotal}. It is meant for
   * ALLR, for which d2 is a phase's epochs over T_0.
   *
   * <p>That the dense rate is linear is part of the method, and is for the caller to see to: a plan
   * knows how long the dense training is, not its rates. The pruner refuses any other.
   *
   * @param phases k, at least 1
   * @param denseEpochs T_0, above 0 and below T
   * @param budget T, dense training and all phases together
   * @throws PlanException when there can be no such plan
   */
  public static PruningPlan bimp(double sparsity, int phases, double denseEpochs, double budget) {
    requireDenseEpochs(denseEpochs);
    requireEpochs("The whole budget", budget);
    requirePhases(phases);
    if (denseEpochs >= budget) {
      throw new PlanException(
          "Dense training takes %s of %s epochs; it must leave some for the phases."
              .formatted(denseEpochs, budget));
    }
    var left = BigDecimal.valueOf(budget).subtract(BigDecimal.valueOf(denseEpochs));
    return geometric(PruningMethod.BIMP, sparsity, phases, denseEpochs, shares(left, phases));
  }

  /** T_rt of all phases together. */
  public double retrainingEpochs() {
    return exactRetrainingEpochs().doubleValue();
  }

  /** Dense training and all phases together; for BIMP the budget T. */
  public double totalEpochs() {
    return BigDecimal.valueOf(denseEpochs).add(exactRetrainingEpochs()).doubleValue();
  }

  /** The sparsity after the last phase: the target, or more with a fixed fraction per phase. */
  public double finalSparsity() {
    return phases.get(phases.size() - 1).sparsity();
  }

  /** In decimals, as epochs are written: 0.1 and 0.2 are 0.3. */
  private BigDecimal exactRetrainingEpochs() {
    return phases.stream()
        .map(phase -> BigDecimal.valueOf(phase.epochs()))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static PruningPlan geometric(
      PruningMethod method,
      double sparsity,
      int count,
      double denseEpochs,
      IntToDoubleFunction epochs) {
    requireSparsity(sparsity);
    requireDenseEpochs(denseEpochs);
    requirePhases(count);
    var logAlive = Math.log1p(-sparsity);
    var fraction = count == 1 ? sparsity : -Math.expm1(logAlive / count);
    var phases =
        IntStream.rangeClosed(1, count)
            .mapToObj(
                number ->
                    new Phase(
                        number,
                        fraction,
                        number == count ? sparsity : -Math.expm1(logAlive * number / count),
                        epochs.applyAsDouble(number),
                        Allr.d2(epochs.applyAsDouble(number), denseEpochs)))
            .toList();
    return new PruningPlan(method, sparsity, denseEpochs, phases);
  }

  /**
   * Whole epochs for each phase, the remainder for the last. In decimals: in binary 5.1 - 2.1 is
   * below 3, and a whole epoch would be lost.
   */
  private static IntToDoubleFunction shares(BigDecimal epochs, int count) {
    var whole = epochs.divideToIntegralValue(BigDecimal.valueOf(count));
    var last = epochs.subtract(whole.multiply(BigDecimal.valueOf(count - 1L)));
    return number -> (number == count ? last : whole).doubleValue();
  }

  private static void requireSparsity(double sparsity) {
    if (!(sparsity >= 0 && sparsity < 1)) {
      throw new PlanException(
          "The target sparsity is %s; it must be at least 0 and below 1.".formatted(sparsity));
    }
  }

  private static void requireDenseEpochs(double epochs) {
    if (!(epochs > 0 && epochs < Double.POSITIVE_INFINITY)) {
      throw new PlanException(
          "Dense training takes %s epochs; it must be a finite number above 0.".formatted(epochs));
    }
  }

  private static void requireEpochs(String what, double epochs) {
    if (!(epochs >= 0 && epochs < Double.POSITIVE_INFINITY)) {
      throw new PlanException(
          "%s takes %s epochs; it must be a finite number of at least 0.".formatted(what, epochs));
    }
  }

  private static void requirePhases(int count) {
    if (count < 1 || count > MOST_PHASES) {
      throw new PlanException(
          "There are %d phases; it must be 1 to %d.".formatted(count, MOST_PHASES));
    }
  }
}
