package io.topiary.inference.kernel;

/**
 * A linear layer for one image at a time: a scalar product for every row of weights.
 *
 * @param weights those that are not zero, row by row; or all
 * @param columns of every weight; empty when all are there
 * @param rows where every row begins, and where the last ends
 * @param bias of every row
 */
@SuppressWarnings("ArrayRecordComponent") // kernels index these millions of times a second
public record LinearRows(float[] weights, int[] columns, int[] rows, float[] bias, boolean relu) {

  public boolean dense() {
    return columns.length == 0 && weights.length > 0;
  }
}
