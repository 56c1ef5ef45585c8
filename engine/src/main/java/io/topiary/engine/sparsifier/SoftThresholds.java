package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Soft threshold reparameterisation: every prunable tensor has one trainable number a, and the loss
 * sees its weights moved towards 0 by a threshold, and those below it at 0:
 *
 * <pre>
 * e = sign(w) relu(|w| - sigmoid(a))
 *
 * dloss/dw = dloss/de                                  where |w| > sigmoid(a), else 0
 * dloss/da = -sigmoid(a) (1 - sigmoid(a)) * sum of sign(w) dloss/de over |w| > sigmoid(a)
 * </pre>
 *
 * <p>The optimiser moves a as it moves weights, with momentum of its own and weight decay, which
 * pulls an a below 0 up to 0 and with it sigmoid(a) up to 1/2: it is what makes the network sparse.
 * In the end the weights are e. How sparse they are cannot be said beforehand; it takes a search
 * over what a starts with.
 *
 * <p>Source: Kusupati, Ramanujan, Somani, Wortsman, Jain, Kakade and Farhadi, 2020, Soft Threshold
 * Weight Reparameterization for Learnable Sparsity, ICML (arXiv 2002.03231), section 3.
 */
final class SoftThresholds implements Sparsifier {
  private final Target target;
  private final List<Span> tensors;
  private final float[] effective;
  private final float[] thresholds;
  private final float[] gradients;
  private final float[] momentum;

  SoftThresholds(Layout layout, Target target, double initialThreshold) {
    this.target = target;
    tensors = layout.prunable();
    effective = new float[layout.size()];
    thresholds = new float[tensors.size()];
    gradients = new float[tensors.size()];
    momentum = new float[tensors.size()];
    Arrays.fill(thresholds, (float) initialThreshold);
  }

  @Override
  public float[] effective(Rows rows) {
    float[] weights = rows.weights();
    for (int t = 0; t < thresholds.length; t++) {
      Span span = tensors.get(t);
      float threshold = (float) sigmoid(thresholds[t]);
      for (int i = span.from(); i < span.to(); i++) {
        effective[i] = shrink(weights[i], threshold);
      }
    }
    rows.copyOthers(effective);
    return effective;
  }

  @Override
  public void backward(Rows rows) {
    for (int t = 0; t < thresholds.length; t++) {
      Span span = tensors.get(t);
      double sigmoid = sigmoid(thresholds[t]);
      float threshold = (float) sigmoid;
      double slope = sigmoid * (1 - sigmoid);
      cutGradients(rows, span, threshold);
      double sum = slope == 0 ? 0 : signedSum(rows, span);
      gradients[t] = (float) (-slope * sum);
    }
  }

  @Override
  public void step(Rows rows, Sgd sgd, double learningRate) {
    sgd.step(rows.weights(), rows.gradients(), rows.momentum(), learningRate);
    sgd.step(thresholds, gradients, momentum, learningRate);
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
    return target.sparsity();
  }

  /** The sum of sign(w) dloss/de, where what is below the threshold has no gradient any more. */
  private static double signedSum(Rows rows, Span span) {
    float[] weights = rows.weights();
    float[] gradients = rows.gradients();
    double sum = 0;
    for (int i = span.from(); i < span.to(); i++) {
      // Weights of 0 are below every threshold, so the sign bit tells all.
      int sign = Float.floatToRawIntBits(weights[i]) & Integer.MIN_VALUE;
      sum += Float.intBitsToFloat(Float.floatToRawIntBits(gradients[i]) ^ sign);
    }
    return sum;
  }

  private static void cutGradients(Rows rows, Span span, float threshold) {
    float[] weights = rows.weights();
    float[] gradients = rows.gradients();
    for (int i = span.from(); i < span.to(); i++) {
      gradients[i] *= Steps.of(Math.abs(weights[i]) - threshold);
    }
  }

  /** sign(w) relu(|w| - t), to the last bit, for t of at least 0. */
  private static float shrink(float weight, float threshold) {
    return weight - Math.max(-threshold, Math.min(weight, threshold));
  }

  /** Strict, so that it is the same wherever a run is taken up again. */
  private static double sigmoid(double a) {
    return 1 / (1 + StrictMath.exp(-a));
  }

  private Map<String, float[]> own() {
    return Map.of(MethodState.THRESHOLDS, thresholds, MethodState.THRESHOLD_MOMENTUM, momentum);
  }
}
