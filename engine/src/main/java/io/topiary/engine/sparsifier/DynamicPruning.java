package io.topiary.engine.sparsifier;

import java.util.Map;

/**
 * Dynamic pruning with feedback: the loss sees m * w, its gradient moves all of w as if the mask m
 * were not there, and m is made anew of all w every 16 iterations:
 *
 * <pre>
 * w = w - lr * step(dloss/d(m * w) + wd * w)
 * m = 0 for the rint(s_t N) smallest |w| of all tensors together, 1 for the others
 * </pre>
 *
 * <p>s_t rises along a {@link Ramp}, and m is made anew at its events too. In the end the weights
 * are m * w.
 *
 * <p>Source: Lin, Stich, Barba, Dmitriev and Jaggi, 2020, Dynamic Model Pruning with Feedback, ICLR
 * (arXiv 2006.07253), algorithm 1; ranked over all tensors and with a ramp by epochs as by Zimmer,
 * Spiegel and Pokutta, 2023, How I Learned to Stop Worrying and Love Retraining, ICLR (arXiv
 * 2111.00843).
 */
final class DynamicPruning implements Sparsifier {
  private static final int INTERVAL = 16;

  private final Ramp ramp;
  private final MaskRow mask;
  private final float[] masked;

  DynamicPruning(Layout layout, Ramp ramp) {
    this.ramp = ramp;
    mask = new MaskRow(layout);
    masked = new float[layout.size()];
  }

  @Override
  public float[] effective(Rows rows) {
    mask.apply(rows.weights(), masked);
    rows.copyOthers(masked);
    return masked;
  }

  @Override
  public void afterIteration(Rows rows, int done) {
    if (done % INTERVAL == 0 || ramp.isEvent(done)) {
      mask.recompute(rows.weights(), ramp.zeros(done));
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
