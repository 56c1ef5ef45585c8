package io.topiary.engine.sparsifier;

import java.util.Map;

/**
 * Gradual magnitude pruning: at the events of a {@link Ramp} the smallest |w| of all tensors
 * together go, until {@code rint(s_t N)} weights are pruned, and momentum is zeroed where they are.
 * What else is done depends on whether a pruned weight may come back:
 *
 * <pre>
 * without recovery   w = m * w, buf = m * buf after every step; only weights alive are ranked
 * with recovery      loss(m * w); the gradient is m * dloss/d(m * w); w steps with its weight decay;
 *                    at an event the mask m is made anew of all w, the pruned ones included
 * </pre>
 *
 * <p>A pruned weight that may come back moves by weight decay and by the momentum of both alone.
 *
 * <p>Source: Zhu and Gupta, 2017, To prune, or not to prune: exploring the efficacy of pruning for
 * model compression (arXiv 1710.01878). They rank within every layer; ranking over all, zeroing
 * momentum and recovery are as in the implementation behind the figures of Zimmer, Spiegel and
 * Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
final class GradualMagnitudePruning implements Sparsifier {
  private final Ramp ramp;
  private final boolean recovery;
  private final MaskRow mask;
  private final float[] masked;

  GradualMagnitudePruning(Layout layout, Ramp ramp, boolean recovery) {
    this.ramp = ramp;
    this.recovery = recovery;
    mask = new MaskRow(layout);
    masked = new float[recovery ? layout.size() : 0];
  }

  @Override
  public float[] effective(Rows rows) {
    if (!recovery) {
      return rows.weights();
    }
    mask.apply(rows.weights(), masked);
    rows.copyOthers(masked);
    return masked;
  }

  @Override
  public void backward(Rows rows) {
    if (recovery) {
      mask.applyTo(rows.gradients());
    }
  }

  @Override
  public void afterIteration(Rows rows, int done) {
    boolean event = ramp.isEvent(done);
    if (event && recovery) {
      mask.recompute(rows.weights(), ramp.zeros(done));
    } else if (event) {
      mask.prune(rows.weights(), ramp.zeros(done));
    }
    if (event || !recovery) {
      mask.applyTo(rows.momentum());
    }
    if (!recovery) {
      mask.applyTo(rows.weights());
    }
  }

  @Override
  public Map<String, float[]> state() {
    return MethodState.copyOf(own());
  }

  @Override
  public void restore(Map<String, float[]> state) {
    MethodState.restore(own(), state);
  }

  @Override
  public double target() {
    return ramp.target().sparsity();
  }

  private Map<String, float[]> own() {
    return Map.of(MethodState.MASK, mask.factors());
  }
}
