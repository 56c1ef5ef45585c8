package io.topiary.engine.sparsifier;

/**
 * Stochastic gradient descent with momentum over all parameters alike, as {@code torch.optim.SGD}
 * does it. With gradient g, weight decay wd, momentum m and learning rate lr, for every weight w:
 *
 * <pre>
 * g    = g + wd * w
 * buf  = m * buf + g      buf starts at 0 where none is given, so buf = g in the first step
 * step = g + m * buf      Nesterov, exactly when wd is above 0; else step = buf
 * w    = w - lr * step
 * </pre>
 *
 * <p>The learning rate is not inside the buffer, so that a changed rate acts at once. A step is one
 * pass in a loop that the compiler turns into vector instructions; as tensor operations it would be
 * some ten passes, with temporaries.
 *
 * @param momentum m, from 0 up to but not including 1
 * @param weightDecay wd, at least 0, added to the gradient of all parameters, biases and BatchNorm
 *     included; above 0 it also switches Nesterov momentum on
 */
public record Sgd(double momentum, double weightDecay) {

  public Sgd {
    require(
        momentum >= 0 && (float) momentum < 1, "Momentum is %s; it must be in [0, 1).", momentum);
    require(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "Weight decay is %s; it must be at least 0.",
        weightDecay);
  }

  /** Takes one step with all of a row. */
  public void step(float[] weights, float[] gradients, float[] buffers, double learningRate) {
    step(weights, gradients, buffers, learningRate, 0, weights.length);
  }

  /** Takes one step with a part of a row, the places from {@code from} up to before {@code to}. */
  public void step(
      float[] weights, float[] gradients, float[] buffers, double learningRate, int from, int to) {
    float m = (float) momentum;
    float wd = (float) weightDecay;
    float lr = (float) learningRate;
    if (wd > 0) {
      nesterov(weights, gradients, buffers, lr, m, wd, from, to);
      return;
    }
    for (int i = from; i < to; i++) {
      float buf = m * buffers[i] + gradients[i];
      buffers[i] = buf;
      weights[i] -= lr * buf;
    }
  }

  /**
   * The same with gradients that weight decay is in already, where it is to be. A product with 0
   * added leaves them as they are, but for the sign of a 0.
   */
  void stepWithDecayDone(
      float[] weights, float[] gradients, float[] buffers, double learningRate, int from, int to) {
    float lr = (float) learningRate;
    if (weightDecay > 0) {
      nesterov(weights, gradients, buffers, lr, (float) momentum, 0, from, to);
    } else {
      step(weights, gradients, buffers, learningRate, from, to);
    }
  }

  private static void nesterov(
      float[] weights,
      float[] gradients,
      float[] buffers,
      float lr,
      float m,
      float wd,
      int from,
      int to) {
    for (int i = from; i < to; i++) {
      float g = gradients[i] + wd * weights[i];
      float buf = m * buffers[i] + g;
      buffers[i] = buf;
      weights[i] -= lr * (g + m * buf);
    }
  }

  private static void require(boolean condition, String message, Object value) {
    if (!condition) {
      throw new SparsifierException(message.formatted(value));
    }
  }
}
