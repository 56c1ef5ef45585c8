package io.topiary.engine.sparsifier;

/**
 * What an optimiser works on: weights, gradients and momentum buffers of all trainable parameters,
 * each one row in the order of a layout. The arrays themselves are handed out, and changed in
 * place, on the thread of their run.
 */
public final class Rows {
  private final Layout layout;
  private final float[] weights;
  private final float[] gradients;
  private final float[] momentum;

  /** All 0. */
  public Rows(Layout layout) {
    this.layout = layout;
    this.weights = new float[layout.size()];
    this.gradients = new float[layout.size()];
    this.momentum = new float[layout.size()];
  }

  public Layout layout() {
    return layout;
  }

  /** The weights that the optimiser moves. */
  public float[] weights() {
    return weights;
  }

  /** The gradients of this iteration. */
  public float[] gradients() {
    return gradients;
  }

  /** The momentum buffers: 0 before the first step. */
  public float[] momentum() {
    return momentum;
  }

  /** Copies the weights that are never pruned into another row. */
  void copyOthers(float[] row) {
    int from = layout.weights();
    System.arraycopy(weights, from, row, from, row.length - from);
  }
}
