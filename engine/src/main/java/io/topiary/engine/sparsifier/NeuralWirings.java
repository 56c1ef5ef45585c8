package io.topiary.engine.sparsifier;

/**
 * Discovering neural wirings: every forward pass computes with those weights alone that are larger
 * than the floor(s N)-th smallest of all prunable tensors together, and its gradient goes straight
 * through to every weight:
 *
 * <pre>
 * tau = the floor(s N)-th smallest |w|
 * w   = w - lr * step(dloss/d(w * 1[|w| > tau]) + wd * w)
 * </pre>
 *
 * <p>In the end the weights are {@code w * 1[|w| > tau]}. Weights as large as tau go with it, so
 * that ties make it sparser.
 *
 * <p>Source: Wortsman, Farhadi and Rastegari, 2019, Discovering Neural Wirings, NeurIPS (arXiv
 * 1906.00586), section 2.2; ranked over all tensors as by Zimmer, Spiegel and Pokutta, 2023, How I
 * Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
final class NeuralWirings implements Sparsifier {
  private final Target target;
  private final int pruned;
  private final float[] effective;
  private final Magnitudes magnitudes = new Magnitudes();

  NeuralWirings(Layout layout, Target target) {
    this.target = target;
    pruned = target.floorOfZeros();
    effective = new float[layout.size()];
  }

  // The sum makes 0 of -0.
  @Override
  public float[] effective(Rows rows) {
    float[] weights = rows.weights();
    int length = target.weights();
    float tau = magnitudes.cut(weights, length, pruned).magnitude();
    for (int i = 0; i < length; i++) {
      effective[i] = weights[i] * Steps.of(Math.abs(weights[i]) - tau) + 0f;
    }
    rows.copyOthers(effective);
    return effective;
  }

  @Override
  public double target() {
    return target.sparsity();
  }
}
