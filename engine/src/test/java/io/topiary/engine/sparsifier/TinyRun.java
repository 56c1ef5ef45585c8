package io.topiary.engine.sparsifier;

import io.topiary.engine.sparsifier.Layout.Span;
import io.topiary.engine.sparsifier.Sparsification.Length;
import java.util.List;

/** A training run whose gradients the test makes up. */
final class TinyRun {
  /** One tensor of two outputs with two weights each, and one bias. */
  static final Layout FOUR_WEIGHTS_AND_A_BIAS =
      new Layout(List.of(new Span("fc.weight", 0, 4, 2)), List.of(new Span("fc.bias", 4, 1, 1)));

  private final Sparsifier method;
  private final Sgd sgd;
  private final double rate;
  private final Rows rows;
  private int done;

  TinyRun(Layout layout, Sparsifier method, Sgd sgd, double rate, float... weights) {
    this.method = method;
    this.sgd = sgd;
    this.rate = rate;
    rows = new Rows(layout);
    System.arraycopy(weights, 0, rows.weights(), 0, weights.length);
  }

  /** A run of so many epochs of one iteration each. */
  static TinyRun of(Sparsification method, int epochs, Sgd sgd, double rate, float... weights) {
    Layout layout = FOUR_WEIGHTS_AND_A_BIAS;
    Sparsifier begun = method.begin(layout, new Length(epochs, 1), sgd.weightDecay());
    return new TinyRun(layout, begun, sgd, rate, weights);
  }

  /** One iteration; the gradients are those with respect to the effective weights. */
  void iterate(float... gradients) {
    method.effective(rows);
    System.arraycopy(gradients, 0, rows.gradients(), 0, gradients.length);
    method.backward(rows);
    method.step(rows, sgd, rate);
    done++;
    method.afterIteration(rows, done);
  }

  /** Goes on from another run, after as many iterations. */
  void resume(TinyRun other) {
    System.arraycopy(other.weights(), 0, weights(), 0, weights().length);
    System.arraycopy(other.momentum(), 0, momentum(), 0, momentum().length);
    method.restore(other.method.state());
    done = other.done;
  }

  Sparsifier method() {
    return method;
  }

  Rows rows() {
    return rows;
  }

  float[] weights() {
    return rows.weights();
  }

  float[] momentum() {
    return rows.momentum();
  }

  float[] effective() {
    return method.effective(rows).clone();
  }

  float[] state(String name) {
    return method.state().get(name);
  }

  int done() {
    return done;
  }
}
