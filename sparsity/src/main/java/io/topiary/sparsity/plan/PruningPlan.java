package io.topiary.sparsity.plan;

import io.topiary.sparsity.schedule.Allr;
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

  private static final double FIFTH = 0.2;

  /** Far above the rounding errors of a logarithm, far below what a phase more would prune. */
  private static final double ROUNDING = 1e-9;

  public PruningPlan {
    requireSparsity(sparsity);
    requireDenseEpochs(denseEpochs);
    requirePhases(phases.size());
    phases = List.copyOf(phases);
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
   * IMP in k phases of the same number of epochs: each prunes p = 1 - (1 - s)^(1/k) of the living
   * weights, so that sparsity is 1 - (1 - p)^i after phase i and exactly s after the last.
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
  public static PruningPlan impInAll(
      double sparsity, int phases, double denseEpochs, double epochsInAll) {
    requireEpochs("Retraining in all", epochsInAll);
    requirePhases(phases);
    return geometric(PruningMethod.IMP, sparsity, phases, denseEpochs, shares(epochsInAll, phases));
  }

  /**
   * IMP that prunes p = 0.2 of the living weights in each of k = ceil(log(1 - s) / log 0.8) phases.
   * Only whole phases are run, so the final sparsity 1 - 0.8^k is at least s and often beyond it:
   * 0.9 takes 11 phases, which end at 0.914.
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
   * IMP in the T - T_0 epochs that are left, shared as in {@link #impInAll}. It is meant for ALLR,
   * for which d2 is a phase's epochs over T_0.
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
    return geometric(
        PruningMethod.BIMP, sparsity, phases, denseEpochs, shares(budget - denseEpochs, phases));
  }

  /** T_rt of all phases together. */
  public double retrainingEpochs() {
    return phases.stream().mapToDouble(Phase::epochs).sum();
  }

  /** Dense training and all phases together; for BIMP the budget T. */
  public double totalEpochs() {
    return denseEpochs + retrainingEpochs();
  }

  /** The sparsity after the last phase: the target, or more with a fixed fraction per phase. */
  public double finalSparsity() {
    return phases.get(phases.size() - 1).sparsity();
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

  /** Whole epochs for each phase, the remainder for the last. */
  private static IntToDoubleFunction shares(double epochs, int count) {
    var whole = Math.floor(epochs / count);
    return number -> number == count ? epochs - whole * (count - 1) : whole;
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
          "Dense training takes %s epochs; it must be above 0.".formatted(epochs));
    }
  }

  private static void requireEpochs(String what, double epochs) {
    if (!(epochs >= 0 && epochs < Double.POSITIVE_INFINITY)) {
      throw new PlanException("%s takes %s epochs; it must be at least 0.".formatted(what, epochs));
    }
  }

  private static void requirePhases(int count) {
    if (count < 1 || count > MOST_PHASES) {
      throw new PlanException(
          "There are %d phases; it must be 1 to %d.".formatted(count, MOST_PHASES));
    }
  }
}
