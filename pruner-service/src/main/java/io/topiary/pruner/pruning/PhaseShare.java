package io.topiary.pruner.pruning;

import io.topiary.sparsity.mask.Mask;
import io.topiary.sparsity.network.Network;
import io.topiary.sparsity.network.Parameter;
import io.topiary.sparsity.plan.Phase;
import io.topiary.sparsity.plan.PruningMethod;
import io.topiary.sparsity.plan.PruningPlan;

/**
 * What share of the weights that are alive a phase prunes.
 *
 * <p>IMP and BIMP prune p = 1 - (1 - s)^(1/k) in each of k phases. Taken as it is, every phase
 * rounds p times what is alive to whole weights, and what is rounded adds up: of 4,000 weights,
 * 1,000 phases to s = 0.1 would take less than half a weight each, so none at all. Each phase
 * therefore aims at what is to be left after it,
 *
 * <pre>{@code
 * keep_i = N - rint(s_i N)         s_i = 1 - (1 - s)^(i/k), the plan's sparsity after phase i
 * p_i    = 1 - keep_i / alive      N = all prunable weights, alive = those of the mask so far
 * }</pre>
 *
 * <p>so that rint(p_i alive) takes just what is missing, and the last phase leaves as many weights
 * as one-shot pruning to s would. What a phase takes differs from p of the weights alive by less
 * than one weight. One-shot takes s of them, and IMP after Renda, Frankle and Carbin (2020, arXiv
 * 2003.02389) a fifth, as they are defined.
 *
 * <p>Source of p: Zimmer, Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love
 * Retraining, ICLR (arXiv 2111.00843).
 */
final class PhaseShare {

  private PhaseShare() {}

  /** p, in [0, 1), of the weights that are alive. */
  static double of(PruningPlan plan, Phase phase, Mask alive) {
    if (!aims(plan)) {
      return phase.fraction();
    }
    // A phase that began under another version may have less left than this one would leave it.
    var surplus = Math.max(0, alive.alive() - keep(phase, alive.size()));
    return surplus / (double) alive.alive();
  }

  /**
   * Checks that every phase has a weight to prune and leaves one in every tensor.
   *
   * @throws RefusedException when there are too few weights for that
   */
  static void requirePossible(PruningPlan plan, Network network) {
    if (!aims(plan)) {
      return;
    }
    var tensors = network.prunable();
    var size = tensors.stream().map(Parameter::shape).mapToLong(shape -> shape.elements()).sum();
    var before = size;
    for (var phase : plan.phases()) {
      var after = keep(phase, size);
      if (after == before) {
        throw new RefusedException(
            "Phase %d of %d would prune none of the %d weights that are left; there must be fewer phases for %d weights."
                .formatted(phase.number(), plan.phases().size(), before, size));
      }
      before = after;
    }
    if (before < tensors.size()) {
      throw new RefusedException(
          "Pruning to sparsity %s would leave %d of %d weights; there must be one for each of %d tensors."
              .formatted(plan.sparsity(), before, size, tensors.size()));
    }
  }

  private static boolean aims(PruningPlan plan) {
    return plan.phases().size() > 1 && plan.method() != PruningMethod.IMP_RENDA;
  }

  /** How many of all weights are alive after the phase. */
  private static long keep(Phase phase, long size) {
    return size - (long) Math.rint(phase.sparsity() * size);
  }
}
