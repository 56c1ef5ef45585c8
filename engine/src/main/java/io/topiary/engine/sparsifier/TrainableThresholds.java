package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Layout.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Dynamic sparse training: every output unit of a prunable tensor has a trainable threshold t,
 * which starts at 0, and the loss sees the weights above it. A penalty pushes thresholds up:
 *
 * <pre>
 * e = w * step(|w| - t)                   step(x) = 1 for x above 0, else 0
 * loss' = loss(e) + alpha * sum of exp(-t)
 *
 * dloss'/dw = dloss/de * (step(x) + |w| d(x))          x = |w| - t
 * dloss'/dt = -(sum of dloss/de * w * d(x) over the unit) - alpha exp(-t)
 * d(x)      = 2 - 4|x|  for |x| up to 0.4,  0.4  up to 1,  else 0
 * </pre>
 *
 * <p>d takes the place of the derivative that a step has not; a weight as large as its threshold is
 * pruned. Thresholds are moved by the same optimiser, with the same weight decay and momentum of
 * their own. After a step that leaves a tensor 1% of its weights or fewer, all of its thresholds go
 * back to 0 and keep their momentum. The penalty is in the gradients only: the loss that a run
 * reports is the cross-entropy. In the end the weights are e. How sparse they are cannot be said
 * beforehand; it takes a search over alpha.
 *
 * <p>Source: Liu, Xu, Shi, Cheung and So, 2020, Dynamic Sparse Training: Find Efficient Sparse
 * Network From Scratch With Trainable Masked Layers, ICLR (arXiv 2005.06870), section 3.
 */
final class TrainableThresholds implements Sparsifier {
  /** A tensor keeps more than one in this many weights, or its thresholds start again. */
  private static final int LEAST = 100;

  private static final float FLAT = 0.4f;
  private static final float BEYOND = Math.nextUp(1f);

  private final Target target;
  private final double alpha;
  private final List<Span> tensors;

  /** Where the weights of every unit begin, of all tensors one after the other, and the end. */
  private final int[] from;

  private final float[] effective;
  private final float[] thresholds;
  private final float[] gradients;
  private final float[] momentum;

  /** Of one unit, summed up in a loop of their own: a sum keeps a loop from being vectorised. */
  private final float[] products;

  TrainableThresholds(Layout layout, Target target, double alpha) {
    this.target = target;
    this.alpha = alpha;
    tensors = layout.prunable();
    from = unitStarts(layout);
    effective = new float[layout.size()];
    thresholds = new float[from.length - 1];
    gradients = new float[thresholds.length];
    momentum = new float[thresholds.length];
    products = new float[layout.weights()];
  }

  private static int[] unitStarts(Layout layout) {
    int units = layout.prunable().stream().mapToInt(Span::units).sum();
    int[] starts = new int[units + 1];
    int next = 0;
    for (Span span : layout.prunable()) {
      int length = span.length() / span.units();
      for (int unit = 0; unit < span.units(); unit++) {
        starts[next] = span.from() + unit * length;
        next++;
      }
    }
    starts[units] = layout.weights();
    return starts;
  }

  // The sum makes 0 of -0.
  @Override
  public float[] effective(Rows rows) {
    float[] weights = rows.weights();
    for (int unit = 0; unit < thresholds.length; unit++) {
      float threshold = thresholds[unit];
      for (int i = from[unit]; i < from[unit + 1]; i++) {
        effective[i] = weights[i] * Steps.of(Math.abs(weights[i]) - threshold) + 0f;
      }
    }
    rows.copyOthers(effective);
    return effective;
  }

  @Override
  public void backward(Rows rows) {
    float[] weights = rows.weights();
    float[] row = rows.gradients();
    for (int unit = 0; unit < thresholds.length; unit++) {
      float threshold = thresholds[unit];
      int end = from[unit + 1];
      for (int i = from[unit]; i < end; i++) {
        float magnitude = Math.abs(weights[i]);
        float x = magnitude - threshold;
        float slope = surrogate(x);
        products[i] = row[i] * weights[i] * slope;
        row[i] *= Steps.of(x) + magnitude * slope;
      }
      double sum = 0;
      for (int i = from[unit]; i < end; i++) {
        sum += products[i];
      }
      gradients[unit] = (float) (-sum - alpha * StrictMath.exp(-threshold));
    }
  }

  /** d(x). Its two branches meet at 0.4. */
  private static float surrogate(float x) {
    float distance = Math.abs(x);
    return Math.max(2 - 4 * distance, FLAT) * Steps.of(BEYOND - distance);
  }

  @Override
  public void step(Rows rows, Sgd sgd, double learningRate) {
    sgd.step(rows.weights(), rows.gradients(), rows.momentum(), learningRate);
    sgd.step(thresholds, gradients, momentum, learningRate);
  }

  @Override
  public void afterIteration(Rows rows, int done) {
    int unit = 0;
    for (Span tensor : tensors) {
      if (isAllButEmpty(rows.weights(), tensor, unit)) {
        Arrays.fill(thresholds, unit, unit + tensor.units(), 0);
      }
      unit += tensor.units();
    }
  }

  /** Looks at no more weights than it takes to find enough. */
  private boolean isAllButEmpty(float[] weights, Span tensor, int firstUnit) {
    int enough = tensor.length() / LEAST + 1;
    for (int unit = firstUnit; unit < firstUnit + tensor.units(); unit++) {
      for (int i = from[unit]; i < from[unit + 1]; i++) {
        if (Math.abs(weights[i]) > thresholds[unit]) {
          enough--;
          if (enough == 0) {
            return false;
          }
        }
      }
    }
    return true;
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

  private Map<String, float[]> own() {
    return Map.of(MethodState.THRESHOLDS, thresholds, MethodState.THRESHOLD_MOMENTUM, momentum);
  }
}
