package io.topiary.engine.sparsifier;

/**
 * Learning-compression: weight decay is a penalty that pulls weights to their pruned selves. Those
 * floor((1 - s) N) weights that are largest over all prunable tensors together, before the step,
 * would be kept as they are and are not pulled at all; the pruned self of the others is 0:
 *
 * <pre>
 * g = dloss/dw             for the largest |w|
 * g = dloss/dw + wd * w    for the others, and for biases and the parameters of normalisation
 * </pre>
 *
 * <p>g takes the place of the gradient in the whole step, Nesterov's part included. Of equal
 * weights that with the higher index is spared.
 *
 * <p>Source: Carreira-Perpinan and Idelbayev, 2018, "Learning-Compression" Algorithms for Neural
 * Net Pruning, CVPR, section 3, for the constraint on the number of weights, with one compression
 * step per iteration and a penalty that does not rise, as by Zimmer, Spiegel and Pokutta, 2023, How
 * I Learned to Stop Worrying and Love Retraining, ICLR (arXiv 2111.00843).
 */
final class LearningCompression implements Sparsifier {
  private final Target target;
  private final int decaying;
  private final float[] spared;
  private final Magnitudes magnitudes = new Magnitudes();

  LearningCompression(Target target) {
    this.target = target;
    decaying = target.weights() - target.floorOfAlive();
    spared = new float[target.weights()];
  }

  @Override
  public float[] effective(Rows rows) {
    return rows.weights();
  }

  @Override
  public void step(Rows rows, Sgd sgd, double learningRate) {
    float[] weights = rows.weights();
    float[] gradients = rows.gradients();
    magnitudes.cut(weights, spared.length, decaying).writeFactors(weights, spared, spared.length);
    float decay = (float) sgd.weightDecay();
    for (int i = 0; i < spared.length; i++) {
      gradients[i] += (1 - spared[i]) * decay * weights[i];
    }
    sgd.stepWithDecayDone(weights, gradients, rows.momentum(), learningRate, 0, spared.length);
    sgd.step(weights, gradients, rows.momentum(), learningRate, spared.length, gradients.length);
  }

  @Override
  public double target() {
    return target.sparsity();
  }
}
