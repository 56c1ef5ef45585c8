package io.topiary.engine;

import java.nio.FloatBuffer;
import java.util.List;

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
 * <p>The learning rate is not inside the buffer, so that a changed rate acts at once. Where a mask
 * is 0, weight and buffer are zeroed after the step: the buffer would otherwise go on moving a
 * weight after it was pruned.
 *
 * <p>All of it is one pass over the tensors' own memory in pieces that stay in the cache, and in
 * loops that the compiler turns into vector instructions. As tensor operations it would be some ten
 * passes, with temporaries.
 */
final class SgdOptimizer {
  private static final int PIECE = 4096;
  private static final float[] ZEROS = new float[PIECE];

  private final float momentum;
  private final float weightDecay;
  private final boolean nesterov;
  private final List<Slot> slots;
  private final float[] weights = new float[PIECE];
  private final float[] gradients = new float[PIECE];

  SgdOptimizer(double momentum, double weightDecay, List<Slot> slots) {
    this.momentum = (float) momentum;
    this.weightDecay = (float) weightDecay;
    this.nesterov = weightDecay > 0;
    this.slots = List.copyOf(slots);
  }

  /** Takes one step and sets the gradients to 0, ready for the next backward pass to add to. */
  void step(double learningRate) {
    for (Slot slot : slots) {
      for (int from = 0; from < slot.buffer.length; from += PIECE) {
        step(slot, from, Math.min(PIECE, slot.buffer.length - from), (float) learningRate);
      }
    }
  }

  private void step(Slot slot, int from, int length, float learningRate) {
    slot.weights.get(from, weights, 0, length);
    slot.gradients.get(from, gradients, 0, length);
    float[] buffer = slot.buffer;
    for (int i = 0; i < length; i++) {
      float g = gradients[i] + weightDecay * weights[i];
      float buf = momentum * buffer[from + i] + g;
      buffer[from + i] = buf;
      weights[i] -= learningRate * (nesterov ? g + momentum * buf : buf);
    }
    float[] mask = slot.mask;
    if (mask.length > 0) {
      for (int i = 0; i < length; i++) {
        weights[i] *= mask[from + i];
        buffer[from + i] *= mask[from + i];
      }
    }
    slot.weights.put(from, weights, 0, length);
    slot.gradients.put(from, ZEROS, 0, length);
  }

  /** A parameter tensor's memory, its momentum buffer, and its mask of ones and zeros or none. */
  static final class Slot {
    private final FloatBuffer weights;
    private final FloatBuffer gradients;
    private final float[] buffer;
    private final float[] mask;

    private Slot(FloatBuffer weights, FloatBuffer gradients, float[] mask) {
      this.weights = weights;
      this.gradients = gradients;
      this.buffer = new float[weights.capacity()];
      this.mask = mask;
    }

    static Slot dense(FloatBuffer weights, FloatBuffer gradients) {
      return new Slot(weights, gradients, new float[0]);
    }

    static Slot masked(FloatBuffer weights, FloatBuffer gradients, float[] mask) {
      return new Slot(weights, gradients, mask);
    }

    /** The memory of the momentum buffer itself, all 0 before the first step. */
    FloatBuffer buffer() {
      return FloatBuffer.wrap(buffer);
    }
  }
}
