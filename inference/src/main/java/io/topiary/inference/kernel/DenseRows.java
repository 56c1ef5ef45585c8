package io.topiary.inference.kernel;

/**
 * A linear layer for one image at a time: a scalar product for every row of weights.
 *
 * @param weights all of them, row by row
 * @param bias of every row
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record DenseRows(float[] weights, float[] bias, boolean relu) {

  /** Weights of a row. */
  public int inputs() {
    return weights.length / bias.length;
  }
}
