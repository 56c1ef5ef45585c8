package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Magnitudes.Cut;

/**
 * Global sparse momentum: in every iteration those floor((1 - s) N) weights keep their gradient
 * whose {@code |w * dloss/dw|} is largest over all prunable tensors together. The others only
 * decay, which momentum makes fast, so most of them are all but 0 in the end:
 *
 * <pre>
 * g   = b * dloss/dw + wd * w      b = 1 for the largest |w * dloss/dw|, else 0
 * </pre>
 *
 * <p>Of equal ones that with the higher index keeps its gradient. Biases and the parameters of
 * normalisation are neither ranked nor held back.
 *
 * <p>It takes a momentum of 0.98 or 0.99, as its authors say: with less, weights do not decay in
 * time.
 *
 * <p>Source: Ding, Ding, Zhou, Guo, Han and Liu, 2019, Global Sparse Momentum SGD for Pruning Very
 * Deep Neural Networks, NeurIPS (arXiv 1909.12778), section 3.
 */
final class GlobalSparseMomentum implements Sparsifier {
  private final Target target;
  private final int held;
  private final float[] scores;
  private final Magnitudes magnitudes = new Magnitudes();

  GlobalSparseMomentum(Target target) {
    this.target = target;
    held = target.weights() - target.floorOfAlive();
    scores = new float[target.weights()];
  }

  @Override
  public float[] effective(Rows rows) {
    return rows.weights();
  }

  @Override
  public void backward(Rows rows) {
    float[] weights = rows.weights();
    float[] gradients = rows.gradients();
    for (int i = 0; i < scores.length; i++) {
      scores[i] = weights[i] * gradients[i];
    }
    Cut cut = magnitudes.cut(scores, scores.length, held);
    cut.writeFactors(scores, scores, scores.length);
    for (int i = 0; i < scores.length; i++) {
      gradients[i] *= scores[i];
    }
  }

  @Override
  public double target() {
    return target.sparsity();
  }
}
